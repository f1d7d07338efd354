//! Photos: what is missing, how far an upload is, chunks in, bytes out.
//!
//! A phone may send only photos that its own received records speak of, and a hash alone opens
//! nothing: to read, the device or one of its sites' devices must have sent the bytes itself.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds::domain::hash::{is_sha256_hex, sha256_hex};
use rounds::sync::protocol::{
    CHUNK_MIME, MAX_CHUNK_BYTES, MissingAnswer, MissingBlob, MissingRequest, Problem,
};

use crate::auth::Device;
use crate::extract::{self, InPath, read_body, require_media_type};
use crate::photos::{ImageType, PhotosError};
use crate::problem::{Fault, headers::UPLOAD_OFFSET};
use crate::state::AppState;

const MAX_ASKED: usize = 500;
/// The app shrinks photos to about 200 KB; five megabytes leave room for other phones' apps.
const MAX_PHOTO_BYTES: u64 = 5 * 1024 * 1024;

/// How far a photo of this device is.
enum Progress {
    Whole { len: u64 },
    Partial { offset: u64 },
}

#[utoipa::path(
    post,
    path = "/v1/blobs/missing",
    request_body = MissingRequest,
    security(("device" = [])),
    responses(
        (status = 200, description = "Those not whole yet; all others are durable", body = MissingAnswer),
        (status = 401, description = "Not enrolled", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`bad-hash` or `wrong-shape`", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn missing(
    State(state): State<AppState>,
    device: Device,
    extract::Json(request): extract::Json<MissingRequest>,
) -> Result<Json<MissingAnswer>, Fault> {
    if request.sha256.len() > MAX_ASKED {
        return Err(Fault::too_large(
            "too-many-photos",
            format!("Ask about at most {MAX_ASKED} photos at once."),
        ));
    }
    let mut missing = Vec::new();
    for sha256 in request.sha256 {
        check_hash(&sha256)?;
        if let Progress::Partial { offset } = progress(&state, &device, &sha256).await? {
            missing.push(MissingBlob { sha256, offset });
        }
    }
    Ok(Json(MissingAnswer { missing }))
}

#[utoipa::path(
    head,
    path = "/v1/blobs/{sha256}",
    params(("sha256" = String, Path, description = "Hex SHA-256 of the photo")),
    security(("device" = [])),
    responses(
        (status = 200, description = "How far the upload is", headers(("Upload-Offset" = u64, description = "Bytes on disk"))),
        (status = 401, description = "Not enrolled"),
        (status = 404, description = "`unknown-photo`: no received record of this device speaks of it"),
        (status = 422, description = "`bad-hash`")
    )
)]
pub(super) async fn head(
    State(state): State<AppState>,
    device: Device,
    InPath(sha256): InPath<String>,
) -> Result<Response, Fault> {
    check_hash(&sha256)?;
    let progress = progress(&state, &device, &sha256).await?;
    if let Progress::Partial { .. } = progress {
        declared(&state, &device, &sha256).await?;
    }
    Ok((StatusCode::OK, [(UPLOAD_OFFSET, progress.offset())]).into_response())
}

#[utoipa::path(
    patch,
    path = "/v1/blobs/{sha256}",
    params(
        ("sha256" = String, Path, description = "Hex SHA-256 of the photo"),
        ("Upload-Offset" = u64, Header, description = "Where this chunk begins")
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    security(("device" = [])),
    responses(
        (status = 201, description = "Whole, its SHA-256 checked, durable", headers(("Upload-Offset" = u64))),
        (status = 204, description = "On disk so far", headers(("Upload-Offset" = u64))),
        (status = 401, description = "Not enrolled", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`unknown-photo`: push its record first", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "`body-too-slow`: send it again", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`wrong-offset`: go on at Upload-Offset", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "`chunk-too-large`, `photo-too-large` or `photo-too-long`", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "`wrong-media-type`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`hash-mismatch` (start over) or `not-an-image`", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn patch(
    State(state): State<AppState>,
    device: Device,
    InPath(sha256): InPath<String>,
    request: Request,
) -> Result<Response, Fault> {
    check_hash(&sha256)?;
    require_media_type(request.headers(), CHUNK_MIME)?;
    let offset = offset_header(&request)?;
    let lengths = declared(&state, &device, &sha256).await?;
    let longest = lengths.iter().copied().max().unwrap_or(0);
    if longest > MAX_PHOTO_BYTES {
        let detail = format!(
            "A photo holds at most {MAX_PHOTO_BYTES} bytes. Its record is received; set the photo aside."
        );
        return Err(Fault::too_large("photo-too-large", detail));
    }
    let chunk = read_body(request, MAX_CHUNK_BYTES, "chunk-too-large").await?;

    let _turn = state.photos.turn(&sha256).await;
    let at = match progress(&state, &device, &sha256).await? {
        Progress::Whole { len } => return Ok(whole(len)),
        Progress::Partial { offset } => offset,
    };
    if at != offset {
        let detail = format!("The upload is at byte {at}. Go on from there.");
        return Err(Fault::new(StatusCode::CONFLICT, "wrong-offset", "Another offset", detail)
            .retryable()
            .with_header(UPLOAD_OFFSET, at));
    }
    let reached = at + chunk.len() as u64;
    if reached > longest {
        let detail = format!("Its record gives the photo {longest} bytes; this chunk goes beyond them.");
        return Err(Fault::too_large("photo-too-long", detail).with_header(UPLOAD_OFFSET, at));
    }
    state.photos.append(&device.id, &sha256, at, &chunk).await?;
    state.store.note_upload(&device, &sha256, reached).await?;
    if lengths.contains(&reached) && finish(&state, &device, &sha256, reached == longest).await? {
        return Ok(whole(reached));
    }
    Ok((StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, reached)]).into_response())
}

#[utoipa::path(
    get,
    path = "/v1/blobs/{sha256}",
    params(("sha256" = String, Path, description = "Hex SHA-256 of the photo")),
    security(("device" = [])),
    responses(
        (status = 200, description = "The photo", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 401, description = "Not enrolled", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`unknown-photo`: none that this device may read", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`bad-hash`", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get(
    State(state): State<AppState>,
    device: Device,
    InPath(sha256): InPath<String>,
) -> Result<Response, Fault> {
    check_hash(&sha256)?;
    let Some(mime) = state.store.readable_photo(&device, &sha256).await? else {
        return Err(unknown(
            "There is no such photo, or it belongs to records that this device may not read.",
        ));
    };
    let bytes = state.photos.read(&sha256).await?;
    Ok(([(header::CONTENT_TYPE, mime)], bytes).into_response())
}

/// Checks a full-length upload and puts it in its place; false when its bytes are another photo's
/// and a longer one may still come.
async fn finish(state: &AppState, device: &Device, sha256: &str, is_longest: bool) -> Result<bool, Fault> {
    let bytes = state.photos.read_staged(&device.id, sha256).await?;
    if sha256_hex(&bytes) != sha256 {
        if !is_longest {
            return Ok(false);
        }
        start_over(state, device, sha256).await?;
        let detail = "The bytes do not have this SHA-256. Start over at byte 0.";
        return Err(unprocessable("hash-mismatch", "The photo was changed on its way", detail).retryable());
    }
    let Some(image) = ImageType::of(&bytes) else {
        start_over(state, device, sha256).await?;
        let detail =
            "Only JPEG, PNG and WebP pictures are taken. Its record is received; set the photo aside.";
        return Err(unprocessable("not-an-image", "Not a picture", detail));
    };
    let len = bytes.len() as u64;
    state.photos.keep(sha256, bytes).await?;
    state.store.note_whole(device, sha256, len, image, state.clock.now()).await?;
    state.photos.discard(&device.id, sha256).await?;
    Ok(true)
}

async fn start_over(state: &AppState, device: &Device, sha256: &str) -> Result<(), Fault> {
    state.store.note_upload(device, sha256, 0).await?;
    Ok(state.photos.discard(&device.id, sha256).await?)
}

async fn progress(state: &AppState, device: &Device, sha256: &str) -> Result<Progress, Fault> {
    if let Some(len) = state.store.sent_whole(device, sha256).await? {
        return Ok(Progress::Whole { len });
    }
    let noted = state.store.upload_offset(device, sha256).await?;
    Ok(Progress::Partial { offset: state.photos.staged(&device.id, sha256, noted).await? })
}

async fn declared(state: &AppState, device: &Device, sha256: &str) -> Result<Vec<u64>, Fault> {
    let lengths = state.store.declared_lengths(device, sha256).await?;
    if lengths.is_empty() {
        return Err(unknown(
            "No received record of this device speaks of this photo. Push its record first.",
        ));
    }
    Ok(lengths)
}

fn offset_header(request: &Request) -> Result<u64, Fault> {
    let value = request.headers().get(UPLOAD_OFFSET).and_then(|value| value.to_str().ok()?.parse().ok());
    value.ok_or_else(|| {
        Fault::bad_request("offset-missing", "Send the header Upload-Offset with the chunk's first byte.")
    })
}

fn check_hash(sha256: &str) -> Result<(), Fault> {
    if is_sha256_hex(sha256) {
        return Ok(());
    }
    Err(unprocessable(
        "bad-hash",
        "Not a SHA-256",
        "Name photos by their SHA-256 in 64 lower-case hex digits.",
    ))
}

fn whole(len: u64) -> Response {
    (StatusCode::CREATED, [(UPLOAD_OFFSET, len)]).into_response()
}

fn unknown(detail: &str) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "unknown-photo", "Unknown photo", detail)
}

fn unprocessable(code: &str, title: &str, detail: &str) -> Fault {
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
}

impl Progress {
    fn offset(&self) -> u64 {
        match self {
            Self::Whole { len } => *len,
            Self::Partial { offset } => *offset,
        }
    }
}

impl From<PhotosError> for Fault {
    fn from(error: PhotosError) -> Self {
        tracing::error!(%error, "the folder of photos failed");
        Self::store_unavailable()
    }
}
