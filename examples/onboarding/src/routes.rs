//! Every address of the backend.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::application::Application;
use crate::bank::{Bank, Shared};
use crate::problem::{Problem, StoreFailure};
use crate::store::{Access, AccessTo};
use crate::terminal::{self, Counter};
use crate::view::View;
use crate::{health, live, metrics};

/// A picture of a phone is smaller.
const MAX_BODY: usize = 8 << 20;
/// Applications of the list.
const RECENT: u32 = 20;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

macro_rules! routes {
    ($($method:ident $path:literal => $handler:expr;)*) => {
        /// Methods and paths, as the OpenAPI document must have them.
        pub const ROUTES: &[(&str, &str)] = &[$((stringify!($method), $path)),*];

        fn all() -> Router<Shared> {
            Router::new()$(.route($path, $method($handler)))*
        }
    };
}

routes! {
    get "/" => file("text/html; charset=utf-8", include_str!("page/index.html"));
    get "/page.css" => file("text/css", include_str!("page/page.css"));
    get "/page.js" => file("text/javascript", include_str!("page/page.js"));
    get "/words.js" => file("text/javascript", include_str!("page/words.js"));
    get "/icon.svg" => file("image/svg+xml", include_str!("page/icon.svg"));
    get "/openapi.json" => file("application/json", include_str!("openapi.json"));
    post "/qr" => terminal::text;
    post "/qr/picture" => terminal::picture;
    get "/applications" => recent;
    get "/applications/{id}" => application;
    get "/applications/{id}/live" => live::live;
    get "/applications/{id}/evidence" => evidence;
    get "/applications/{id}/accesses" => accesses;
    get "/healthz" => health::alive;
    get "/readyz" => health::ready;
    get "/metrics" => metrics::metrics;
}

/// The whole service.
pub fn router(bank: Shared) -> Router {
    all()
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(bank.clone(), guard))
        .with_state(bank)
}

/// A file that is part of the program.
fn file(
    content_type: &'static str,
    body: &'static str,
) -> impl FnOnce() -> std::future::Ready<Response> + Clone + Send + Sync + 'static {
    move || std::future::ready(([(header::CONTENT_TYPE, content_type)], body).into_response())
}

/// `GET /applications`: the latest, without data.
async fn recent(State(bank): State<Shared>) -> Result<Json<Value>, Problem> {
    let applications = bank.applications.recent(RECENT).await?;
    let views: Vec<_> = applications.iter().map(|it| View::of(it).without_data()).collect();
    Ok(Json(json!({ "applications": views })))
}

/// `GET /applications/{id}`. Reading what a citizen released is noted.
async fn application(
    State(bank): State<Shared>,
    Path(id): Path<String>,
    Query(counter): Query<Counter>,
) -> Result<Response, Problem> {
    let application = find(&bank, &id).await?;
    if application.evidence().is_some() {
        note(&bank, &id, counter, AccessTo::Identity).await?;
    }
    Ok(Json(View::of(&application)).into_response())
}

/// `GET /applications/{id}/evidence`: the signed answer. Reading it is noted.
async fn evidence(
    State(bank): State<Shared>,
    Path(id): Path<String>,
    Query(counter): Query<Counter>,
) -> Result<Response, Problem> {
    let application = find(&bank, &id).await?;
    let evidence = application.evidence().ok_or(Problem::NotFound)?;
    note(&bank, &id, counter, AccessTo::Evidence).await?;
    Ok(Json(evidence).into_response())
}

/// `GET /applications/{id}/accesses`: who read it.
async fn accesses(
    State(bank): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    find(&bank, &id).await?;
    Ok(Json(json!({ "accesses": bank.applications.accesses(&id).await? })))
}

async fn find(bank: &Bank, id: &str) -> Result<Application, Problem> {
    bank.applications.get(id).await?.ok_or(Problem::NotFound)
}

async fn note(bank: &Bank, id: &str, counter: Counter, what: AccessTo) -> Result<(), Problem> {
    let access = Access { at: bank.now(), terminal: counter.terminal, what };
    Ok(bank.applications.note_access(id, access).await?)
}

/// Refuses what a page of another site could have sent, or a name that leads here by a trick, and
/// adds the headers that keep answers
/// to the teller's browser alone. Logs what a store says that failed.
async fn guard(
    State(bank): State<Shared>,
    headers: HeaderMap,
    request: Request<Body>,
    next: Next,
) -> Response {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let known = |name: &str| bank.hosts.iter().any(|host| host == name);
    let host_is_own = text(header::HOST).is_some_and(known);
    let origin_is_own = match text(header::ORIGIN) {
        Some(origin) => origin.split_once("://").is_some_and(|(_, host)| known(host)),
        None => !headers.contains_key(header::ORIGIN),
    };
    let mut response = if host_is_own && origin_is_own {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    };
    if let Some(StoreFailure(error)) = response.extensions().get() {
        bank.trouble("application_store", error);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
