//! What the CA's people do with an order, and how it stands.

use core::str::FromStr;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Map, Value, json};

use super::{Denied, Said, only, say};
use crate::adapter::local_ca::KeptCaError;
use crate::codec::stored::encode_event;
use crate::lifecycle::{Command, RefusalKind};
use crate::model::{AccountId, CertificateInstance, Note, OrderId, Phase};
use crate::port::{CaError, StreamId, Version};
use crate::server::conduct::{Conductor, Verdict};
use crate::service::{Description, ServiceError};

/// What is done with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    SatisfyChallenge,
    Approve,
    Reject,
    CompleteRevocation,
    RefuseRevocation,
}

impl Act {
    /// By the route behind the order.
    pub(super) fn read(route: &[&str]) -> Option<Self> {
        match route {
            ["satisfy-challenge"] => Some(Self::SatisfyChallenge),
            ["approve"] => Some(Self::Approve),
            ["reject"] => Some(Self::Reject),
            ["revocation", "complete"] => Some(Self::CompleteRevocation),
            ["revocation", "refuse"] => Some(Self::RefuseRevocation),
            _ => None,
        }
    }
}

/// The most events of a journal that are shown.
const MOST_EVENTS: usize = 10_000;

/// Whose order it is, and how it stands.
pub(super) async fn find(
    conductor: &Conductor,
    order: &str,
) -> Result<(AccountId, Description), Denied> {
    let none = Denied::NotFound("there is no such order");
    let Ok(order) = OrderId::from_str(order) else {
        return Err(none);
    };
    for account in conductor.world.accounts().await {
        match conductor.service().describe(account, order).await {
            Ok(_) if conductor.is_resuming() => {
                conductor.catch_up(account, order).await;
                let found = conductor.service().describe(account, order).await?;
                return Ok((account, found));
            }
            Ok(found) => return Ok((account, found)),
            Err(ServiceError::Refused(refusal)) if refusal.kind() == RefusalKind::OrderNotFound => {
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(none)
}

/// The instance of an order, deleted or not, and whose it is.
async fn find_kept(
    conductor: &Conductor,
    order: &str,
) -> Result<(AccountId, CertificateInstance), Denied> {
    if let Ok(order) = OrderId::from_str(order) {
        for account in conductor.world.accounts().await {
            if let Some(found) = conductor.instance(account, order).await? {
                return Ok((account, found));
            }
        }
    }
    Err(Denied::NotFound("there is no such order"))
}

pub(super) async fn act(
    conductor: &Conductor,
    order: &str,
    act: Act,
    fields: &Map<String, Value>,
) -> Said {
    let reason = match act {
        Act::Reject | Act::RefuseRevocation => {
            only(fields, &["reason"])?;
            Some(reason(fields)?)
        }
        Act::SatisfyChallenge | Act::Approve | Act::CompleteRevocation => {
            only(fields, &[])?;
            None
        }
    };
    let reason = reason.unwrap_or_else(|| Note::lossy("none"));
    let (account, found) = find(conductor, order).await?;
    let order = found.instance.order();
    match act {
        Act::SatisfyChallenge => prove(conductor, account, &found).await?,
        Act::Approve => review(conductor, account, &found, Verdict::Approve).await?,
        Act::Reject => review(conductor, account, &found, Verdict::Reject(reason)).await?,
        Act::CompleteRevocation => {
            let at = conductor.now();
            let ca = conductor.world.lab.ca();
            // Whoever completes it takes the owner's answer to the mail for given.
            match ca.confirm_revocation(order, at).await {
                Ok(()) => {
                    conductor.settle(account, order, true).await;
                }
                // It was given before, or no mail was sent.
                Err(KeptCaError::Ca(_)) => {}
                Err(error) => decided(Err(error))?,
            }
            permitted(
                conductor,
                account,
                order,
                &Command::CompleteRevocation { at },
            )
            .await?;
            decided(ca.complete_revocation(order, at).await)?;
            conductor.settle(account, order, true).await;
        }
        Act::RefuseRevocation => {
            let refuse = Command::RefuseRevocation {
                reason: reason.clone(),
            };
            permitted(conductor, account, order, &refuse).await?;
            let ca = conductor.world.lab.ca();
            decided(ca.refuse_revocation(order, reason).await)?;
            conductor.settle(account, order, true).await;
        }
    }
    stands(conductor, account, order).await
}

/// How an order stands after something was done with it.
pub(super) async fn stands(conductor: &Conductor, account: AccountId, order: OrderId) -> Said {
    let now = conductor.service().describe(account, order).await?;
    Ok(json!({
        "order": now.instance.order().to_string(),
        "Type": say::word(now.status),
        "status": now.status.word(),
    }))
}

/// What became of a decision on a revocation.
fn decided(done: Result<(), KeptCaError>) -> Result<(), Denied> {
    match done {
        Ok(()) => Ok(()),
        Err(KeptCaError::Ca(_)) => Err(conflict(
            "the CA was asked for no revocation, or has decided on it",
        )),
        Err(error) => Err(Denied::Failed(CaError::from(error).into())),
    }
}

fn conflict(why: &str) -> Denied {
    Denied::Conflict(json!({"error": why}))
}

/// Whether the rules permit it now.
async fn permitted(
    conductor: &Conductor,
    account: AccountId,
    order: OrderId,
    command: &Command,
) -> Result<(), Denied> {
    conductor.service().preview(account, order, command).await?;
    Ok(())
}

async fn prove(
    conductor: &Conductor,
    account: AccountId,
    found: &Description,
) -> Result<(), Denied> {
    let order = found.instance.order();
    let Some(application) = found.instance.under_way() else {
        permitted(conductor, account, order, &Command::ConfirmDomain).await?;
        return Err(conflict("there is nothing to prove"));
    };
    if application.challenge().is_none() {
        return Err(conflict("the CA has not said yet what to publish"));
    }
    if conductor.prove(account, order).await? {
        return Ok(());
    }
    permitted(conductor, account, order, &Command::ConfirmDomain).await?;
    // The CA did not look yet, as where it was silent.
    if conductor.settle(account, order, true).await {
        return Ok(());
    }
    Err(conflict("it is published already"))
}

async fn review(
    conductor: &Conductor,
    account: AccountId,
    found: &Description,
    verdict: Verdict,
) -> Result<(), Denied> {
    let order = found.instance.order();
    let approves = matches!(verdict, Verdict::Approve);
    if !matches!(found.instance.phase(), Phase::Validating(_)) {
        if approves {
            let status = found.status.word();
            let error = format!("Cannot approve the application: the order's status is {status}.");
            return Err(Denied::Conflict(json!({
                "error": error,
                "refusal": {"command": "Approve", "why": "state", "status": status},
            })));
        }
        let reason = Note::lossy("none");
        permitted(conductor, account, order, &Command::Reject { reason }).await?;
        return Err(conflict("there is nothing under review"));
    }
    // Where the proof is part of the review, the CA's people take it for given.
    conductor.prove(account, order).await?;
    if conductor.review(account, order, verdict).await? {
        Ok(())
    } else {
        Err(conflict(
            "the CA has decided already, and its answer is on its way",
        ))
    }
}

fn reason(fields: &Map<String, Value>) -> Result<Note, Denied> {
    match fields.get("reason") {
        None => Ok(Note::lossy("no reason was given")),
        Some(Value::String(text)) => {
            Note::new(text).map_err(|error| Denied::Misread(format!("the reason: {error}")))
        }
        Some(_) => Err(Denied::Misread("the reason is no text".into())),
    }
}

pub(super) async fn show(conductor: &Conductor, order: &str) -> Said {
    let (account, found) = find(conductor, order).await?;
    let order = found.instance.order();
    let offers = conductor.service().allowed(account, order).await?;
    let agenda = conductor.service().agenda(account, order).await?;
    let mut object = say::case(&found);
    object.insert("availability".into(), say::offers(&offers));
    object.insert("agenda".into(), say::agenda(&agenda));
    Ok(Value::Object(object))
}

pub(super) async fn journal(conductor: &Conductor, order: &str) -> Said {
    let (account, found) = find_kept(conductor, order).await?;
    let stream = StreamId::Instance(found.id());
    let store = &conductor.service().ports().store;
    let events = store
        .journal(account, stream, Version(0), MOST_EVENTS)
        .await;
    let events = events.map_err(|error| Denied::Failed(error.into()))?;
    let events: Vec<Value> = events
        .iter()
        .map(|event| serde_json::from_str(&encode_event(event)).unwrap_or_default())
        .collect();
    Ok(json!({"order": found.order().to_string(), "events": events}))
}
