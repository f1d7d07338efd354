//! A picked or taken picture, turned upright and shrunk on the phone to about 200 KB.
//!
//! The browser's own codecs do the work: an image element honours the EXIF orientation when it
//! is drawn, so the canvas receives upright pixels, and the copy carries no metadata.

use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlImageElement, Url};

use crate::domain::hash::sha256_hex;

/// The long edge is brought down to this many pixels first.
const LONG_EDGE: f64 = 1_600.0;
/// What a photo should weigh at most, bytes.
const AIM: f64 = 200_000.0;
/// The same where room is short.
const SMALL_EDGE: f64 = 960.0;
/// The same where room is short.
const SMALL_AIM: f64 = 70_000.0;
/// Tried one after another until the photo is light enough.
const ATTEMPTS: [(f64, f64); 5] = [(1.0, 0.82), (1.0, 0.68), (0.8, 0.68), (0.64, 0.62), (0.5, 0.55)];

/// A photo ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// JPEG bytes.
    pub bytes: Vec<u8>,
    /// Hex SHA-256 of the bytes.
    pub sha256: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Why a file did not become a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoError {
    /// The file is not an image that this browser can read.
    NotAnImage,
    /// The phone could not shrink it (memory, canvas).
    NotShrunk,
}

/// Reads, turns and shrinks `file`; further where room is `tight`.
///
/// # Errors
/// [`PhotoError`]; the draft it belongs to is not touched.
pub async fn shrink(file: &File, tight: bool) -> Result<Photo, PhotoError> {
    let url = Url::create_object_url_with_blob(file).map_err(|_| PhotoError::NotAnImage)?;
    let image = decode(&url).await;
    let result = match image {
        Ok(image) => encode(&image, tight).await,
        Err(error) => Err(error),
    };
    let _ = Url::revoke_object_url(&url);
    result
}

async fn decode(url: &str) -> Result<HtmlImageElement, PhotoError> {
    let image = HtmlImageElement::new().map_err(|_| PhotoError::NotAnImage)?;
    image.set_src(url);
    JsFuture::from(image.decode()).await.map_err(|_| PhotoError::NotAnImage)?;
    if image.natural_width() == 0 || image.natural_height() == 0 {
        return Err(PhotoError::NotAnImage);
    }
    Ok(image)
}

async fn encode(image: &HtmlImageElement, tight: bool) -> Result<Photo, PhotoError> {
    let (full_w, full_h) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let (edge, aim) = if tight { (SMALL_EDGE, SMALL_AIM) } else { (LONG_EDGE, AIM) };
    let scale = (edge / full_w.max(full_h)).min(1.0);
    let canvas = canvas().ok_or(PhotoError::NotShrunk)?;
    let mut last = None;
    for (shrink, quality) in ATTEMPTS {
        let width = (full_w * scale * shrink).round().max(1.0);
        let height = (full_h * scale * shrink).round().max(1.0);
        draw(&canvas, image, width, height).map_err(|_| PhotoError::NotShrunk)?;
        let blob = to_jpeg(&canvas, quality).await.ok_or(PhotoError::NotShrunk)?;
        let light = blob.size() <= aim;
        last = Some((blob, width as u32, height as u32));
        if light {
            break;
        }
    }
    // Frees the pixels now: phones have little memory and the collector is in no hurry.
    canvas.set_width(0);
    canvas.set_height(0);
    let (blob, width, height) = last.ok_or(PhotoError::NotShrunk)?;
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|_| PhotoError::NotShrunk)?;
    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
    Ok(Photo { sha256: sha256_hex(&bytes), bytes, width, height })
}

fn canvas() -> Option<HtmlCanvasElement> {
    web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()
}

fn draw(
    canvas: &HtmlCanvasElement,
    image: &HtmlImageElement,
    width: f64,
    height: f64,
) -> Result<(), JsValue> {
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into().map_err(|_| JsValue::NULL)?;
    // JPEG has no transparency: a screenshot with some would otherwise turn black.
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, width, height);
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)
}

async fn to_jpeg(canvas: &HtmlCanvasElement, quality: f64) -> Option<Blob> {
    let promise = js_sys::Promise::new(&mut |resolve, _reject| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            let _ = resolve.call1(&JsValue::UNDEFINED, &blob);
        });
        let _ = canvas.to_blob_with_type_and_encoder_options(
            done.unchecked_ref(),
            "image/jpeg",
            &JsValue::from_f64(quality),
        );
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}
