//! The calls of protocol 1, one file each, and the router over them.
//!
//! The OpenAPI at `/v1/openapi.json` is written from the handlers, so it cannot fall behind them.

mod blobs;
mod cursor;
mod enrol;
mod health;
mod incoming;
mod openapi;
mod pull;
mod push;
mod put;
mod token;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::hear_out::hear_out;
use crate::problem::Fault;
use crate::state::AppState;
use crate::{demo, log, static_app};

/// The whole endpoint: the calls, the demo's door, and the built app.
pub fn app(state: AppState) -> Router {
    let router = Router::new().merge(calls());
    let router = if state.demo.as_ref().is_some_and(demo::Demo::has_open_door) {
        router.route("/demo", get(demo::open_door))
    } else {
        router
    };
    router
        .fallback(neither_call_nor_door)
        .layer(CatchPanicLayer::custom(|_| Fault::internal().into_response()))
        .layer(from_fn(hear_out))
        .layer(from_fn(never_stored))
        .layer(from_fn(log::request))
        .with_state(state)
}

fn calls() -> Router<AppState> {
    let (calls, description) = OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(health::health))
        .routes(routes!(enrol::enrol))
        .routes(routes!(token::renew))
        .routes(routes!(push::push))
        .routes(routes!(pull::pull))
        .routes(routes!(blobs::missing))
        .routes(routes!(blobs::head, blobs::get, blobs::patch))
        .routes(routes!(put::put))
        .split_for_parts();
    calls
        .route("/v1/openapi.json", get(move || openapi::answer(description.clone())))
        .method_not_allowed_fallback(wrong_method)
}

/// What no route takes: an unknown call, or a file or page of the app.
async fn neither_call_nor_door(State(state): State<AppState>, request: Request) -> Response {
    if is_call(request.uri().path()) {
        return Fault::no_such_call().into_response();
    }
    static_app::serve(&state, request).await
}

/// `/v1/{kind}/{id}` takes every two-part address; one whose kind is unknown is no call at all.
async fn wrong_method(request: Request) -> Fault {
    let mut parts = request.uri().path().trim_start_matches("/v1/").split('/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    if second.is_some() && first != "blobs" && !put::is_kind(first) {
        return Fault::no_such_call();
    }
    Fault::wrong_method()
}

/// Nothing between the phone and the endpoint may keep an answer of a call.
async fn never_stored(request: Request, next: Next) -> Response {
    let is_call = is_call(request.uri().path());
    let mut response = next.run(request).await;
    if is_call {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
    response
}

fn is_call(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/")
}
