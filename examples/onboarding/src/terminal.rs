//! What a terminal sends: the text of a QR, or a picture of one. The QR is checked offline; then the
//! citizen is asked, and the application is kept before the terminal gets its answer.

use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ikd_verifier::audit::Label;
use ikd_verifier::consent::{ConsentError, Started};
use ikd_verifier::scan::{Content, scan_image};
use ikd_verifier::{Refusal, VerifiedPresentation};
use serde::Deserialize;

use crate::application::Application;
use crate::bank::{Bank, Shared};
use crate::decision::CDD;
use crate::metrics::{Count, Span};
use crate::problem::Problem;
use crate::view::View;

/// A scanned QR.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scanned {
    /// Its text.
    text: String,
    /// The counter, such as `KCP-014/teller-3`.
    terminal: Label,
}

/// The counter that asks.
#[derive(Debug, Deserialize)]
pub(crate) struct Counter {
    /// Its name.
    pub(crate) terminal: Label,
}

/// `POST /qr`.
pub(crate) async fn text(
    State(bank): State<Shared>,
    Json(scanned): Json<Scanned>,
) -> Result<Response, Problem> {
    open(bank, scanned.text, scanned.terminal).await
}

/// `POST /qr/picture`.
pub(crate) async fn picture(
    State(bank): State<Shared>,
    Query(counter): Query<Counter>,
    body: Bytes,
) -> Result<Response, Problem> {
    let text = tokio::task::spawn_blocking(move || qr_of(&body)).await.ok().flatten();
    open(bank, text.ok_or(Problem::NoQr)?, counter.terminal).await
}

/// The identity QR in a picture.
fn qr_of(picture: &[u8]) -> Option<String> {
    let texts = scan_image(picture).ok()?.codes.into_iter().filter_map(|code| code.text);
    texts.into_iter().find(|text| Content::of(text) == Content::Ikd)
}

/// Opens an application for whoever shows this QR.
async fn open(bank: Shared, text: String, terminal: Label) -> Result<Response, Problem> {
    let scan = check(&bank, text).await?;
    let application = ask(&bank, &scan, terminal).await?;
    Ok((StatusCode::CREATED, Json(View::of(&application).without_data())).into_response())
}

/// The offline check. It notes the QR as used, which waits for the disk.
async fn check(bank: &Shared, text: String) -> Result<VerifiedPresentation, Problem> {
    let (started, checking) = (Instant::now(), bank.clone());
    let checked =
        tokio::task::spawn_blocking(move || checking.verifier.verify_text(&text, checking.now()));
    let checked = checked.await.map_err(|_| Problem::CannotAsk("check_broke_off"))?;
    bank.metrics.took(Span::Check, started.elapsed());
    let code =
        checked.as_ref().err().map_or("accepted", |refusal: &Refusal| refusal.code().as_str());
    bank.metrics.count(Count::Scans, code);
    bank.log.event("scanned", &[("code", &code)]);
    Ok(checked?)
}

/// Asks the citizen, and keeps the application: first what the teller waits for, then what the
/// workers poll. Killed in between, the application ends as interrupted, and nothing was promised.
async fn ask(
    bank: &Bank,
    scan: &VerifiedPresentation,
    terminal: Label,
) -> Result<Application, Problem> {
    match start(bank, scan, terminal.clone()).await {
        Ok(Started::Waiting(pending)) => {
            let application = Application::waiting(&pending, terminal, scan);
            bank.applications.insert(application.clone()).await?;
            if let Err(error) = bank.consents.insert(&pending).await {
                bank.trouble("waiting_store", &error);
                return Err(Problem::CannotAsk("store_failed"));
            }
            bank.log
                .event("asked", &[("id", &application.id), ("terminal", &application.terminal)]);
            bank.changed.send_replace(());
            Ok(application)
        }
        Ok(Started::Ended(finished)) => {
            let application = Application::ended_at_once(&finished, terminal, scan);
            bank.applications.insert(application.clone()).await?;
            bank.tell(&application);
            Ok(application)
        }
        Err(error) => {
            bank.trouble("cannot_ask", &error);
            Err(error.into())
        }
    }
}

async fn start(
    bank: &Bank,
    scan: &VerifiedPresentation,
    terminal: Label,
) -> Result<Started, ConsentError> {
    let mut request = bank.purpose.request().require(CDD)?.terminal(terminal);
    if let Some(seconds) = bank.answer_within {
        request = request.expires_in(seconds);
    }
    bank.client.start(scan, request).await
}
