//! The page on which a buyer of the sandbox confirms a payment, as banks show one: `/sandbox/sessions/{session}`.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use kernel::{Fault as _, FaultKind};
use payments::provider::{Sandbox, Session, SessionOutcome};
use serde::Deserialize;

use crate::edge::RequestId;
use crate::graphql::{Media, Refusal, refuse};

/// What the buyer does.
#[derive(Deserialize)]
pub struct Decision {
    outcome: Choice,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Confirm,
    Fail,
    Abandon,
}

/// Shows what is to be confirmed.
pub async fn page(request: HttpRequest, session: Path<String>, sandbox: Data<Sandbox>) -> HttpResponse {
    match sandbox.session(&session).await {
        Ok(session) => html(&session),
        Err(fault) => refused(&request, &fault),
    }
}

/// Takes what the buyer did and sends the browser back to the shop.
pub async fn decide(
    request: HttpRequest,
    session: Path<String>,
    form: Form<Decision>,
    sandbox: Data<Sandbox>,
) -> HttpResponse {
    let done = match form.outcome {
        Choice::Confirm => sandbox.decide_session(&session, SessionOutcome::Confirm).await,
        Choice::Fail => sandbox.decide_session(&session, SessionOutcome::Refuse).await,
        // Who walks away tells nobody; the session runs out.
        Choice::Abandon => sandbox.session(&session).await,
    };
    match done {
        Ok(Session { return_url: Some(url), .. }) => {
            HttpResponse::SeeOther().insert_header((header::LOCATION, url)).finish()
        }
        Ok(session) => html(&session),
        Err(fault) => refused(&request, &fault),
    }
}

fn html(session: &Session) -> HttpResponse {
    let (amount, until) = (session.amount.to_string(), session.until.format("%H:%M"));
    let button = |outcome: &str, name: &str| format!("<button name=\"outcome\" value=\"{outcome}\">{name}</button>\n");
    let choices = if session.open {
        let buttons = [("confirm", "Confirm"), ("fail", "Refuse"), ("abandon", "Walk away")];
        let buttons: String = buttons.iter().map(|(outcome, name)| button(outcome, name)).collect();
        format!("<p>Confirm it until {until} UTC.</p>\n<form method=\"post\">{buttons}</form>")
    } else {
        "<p>This payment does not wait any more.</p>".to_owned()
    };
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><title>Sandbox</title>\n<h1>Sandbox payment of {amount}</h1>\n{choices}\n</html>\n"
    );
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(page)
}

fn refused(request: &HttpRequest, fault: &context::Error) -> HttpResponse {
    let refusal = match fault.kind() {
        FaultKind::NotFound => Refusal::new(StatusCode::NOT_FOUND, fault.code(), fault.to_string()),
        _ => {
            tracing::error!(error = %fault, "the sandbox failed");
            Refusal::internal()
        }
    };
    refuse(&refusal, Media::Json, &RequestId::of(request))
}
