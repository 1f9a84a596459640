//! The world outside a service that may die: a CA that signs, and who pays and tells. It lives in
//! the parent and outlasts the process that asks it, over its standard output and input.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};
use std::process::exit;
use std::sync::{Arc, Mutex, PoisonError};

use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
use cert_lifecycle::codec::stored::{decode_effect, encode_effect};
use cert_lifecycle::lifecycle::{Effect, Term};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    Challenge, DomainName, Note, OrderId, RevocationCause, RevocationReason, Serial, Timestamp,
    ValidationClass, ValidationMethod,
};
use cert_lifecycle::port::{
    BoxFuture, CaAnswer, CaError, CaRevocation, CaState, CertificateAuthority, DeliveryError,
    Deployer, DeploymentOrder, IssuanceRequest, Message, Notifier, PaidObject, Payments, Payout,
    Removal, RequestId, RevocationOrder,
};
use cert_lifecycle::rulebook::Rulebook;
use serde_json::{Value, json};

/// The CA, and the receiver of everything: what came, under which ids, and what a repeat said.
pub(crate) struct Outside {
    ca: LocalCa,
    zone: Zone,
    received: Mutex<Received>,
}

/// What came, by the id of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) requests: BTreeMap<RequestId, Effect>,
    /// How often something came again under an id that was known.
    pub(crate) repeats: usize,
    /// Ids that came with something else.
    pub(crate) reused: BTreeSet<RequestId>,
}

impl Outside {
    pub(crate) fn new(start: Timestamp) -> Self {
        let ceilings = Rulebook::published().ceilings().clone();
        let config = LocalCaConfig::new(move |issued| ceilings.max_days(issued).into());
        let zone = Zone::new();
        Self {
            ca: LocalCa::new(config, zone.clone(), start).unwrap(),
            zone,
            received: Mutex::default(),
        }
    }

    pub(crate) fn received(&self) -> Received {
        let received = self.received.lock();
        received.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The serial number of the certificate that the CA issued for an order.
    pub(crate) fn serial(&self, order: OrderId) -> Option<Serial> {
        self.ca.serial(order)
    }

    fn note(&self, request: RequestId, what: Effect) {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        match received.requests.insert(request, what) {
            None => {}
            Some(before) if before == what => received.repeats += 1,
            Some(_) => {
                received.reused.insert(request);
            }
        }
    }

    /// Answers one line of a service in another process.
    pub(crate) fn answer(&self, line: &str) -> String {
        let asked: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| asked[key].as_str().unwrap().to_string();
        let order = || order(&asked["order"]);
        let request = || RequestId::new(&text("request")).unwrap();
        let at = |key: &str| text(key).parse::<Timestamp>().unwrap();
        let answer = match text("op").as_str() {
            "submit" => {
                let request = IssuanceRequest {
                    request: request(),
                    order: order(),
                    names: (asked["names"].as_array().unwrap().iter())
                        .map(|name| name.as_str().unwrap().parse().unwrap())
                        .collect(),
                    csr_der: from_hex(&text("csr")).into(),
                    class: ValidationClass::Dv,
                    method: ValidationMethod::Dns,
                    at: at("at"),
                    term: Term::days(asked["days"].as_u64().unwrap().try_into().unwrap()),
                };
                said(pollster::block_on(self.submit(request)))
            }
            "poll" => match pollster::block_on(self.poll(order(), at("at"))) {
                Ok(answer) => json!({"ok": written(&answer)}),
                Err(error) => refused(&error),
            },
            "cancel" => said(pollster::block_on(self.cancel(request(), order()))),
            "revoke" => {
                let Ok(Effect::RevokeAtCa {
                    order,
                    serial,
                    reason,
                }) = decode_effect(&text("effect"))
                else {
                    panic!("no revocation: {line}");
                };
                said(pollster::block_on(self.revoke(RevocationOrder {
                    request: request(),
                    order,
                    serial,
                    reason,
                    at: at("at"),
                })))
            }
            "deliver" => {
                self.note(request(), decode_effect(&text("effect")).unwrap());
                json!({"ok": {}})
            }
            other => panic!("nobody knows {other}"),
        };
        answer.to_string()
    }
}

fn said(answer: Result<(), CaError>) -> Value {
    match answer {
        Ok(()) => json!({"ok": {}}),
        Err(error) => refused(&error),
    }
}

fn refused(error: &CaError) -> Value {
    let (word, text) = match error {
        CaError::UnknownOrder(order) => ("unknown", order.to_string()),
        CaError::RequestReused(request) => ("reused", request.to_string()),
        CaError::Refused(note) => ("refused", format!("{note:?}")),
        other => ("unavailable", other.to_string()),
    };
    json!({"error": word, "text": text})
}

fn written(answer: &CaAnswer) -> Value {
    let challenge = answer.challenge.as_ref().map(|challenge| match challenge {
        Challenge::Dns {
            record_domain,
            value,
            ..
        } => json!([&**record_domain, &**value]),
        Challenge::File { .. } => panic!("only DNS was asked for"),
    });
    let (state, text) = match &answer.state {
        CaState::AwaitingProof => ("awaiting", ""),
        CaState::UnderReview => ("review", ""),
        CaState::Issued { pem_chain } => ("issued", &**pem_chain),
        CaState::Rejected { reason } => ("rejected", reason.as_str()),
        CaState::Cancelled => ("cancelled", ""),
    };
    let revocation = answer
        .revocation
        .as_ref()
        .map(|revocation| match revocation {
            CaRevocation::Revoked { at, reason, cause } => json!({
                "at": at.to_string(),
                "reason": reason.code(),
                "by_holder": matches!(cause, RevocationCause::ByHolder),
            }),
            // This CA decides by itself, and asks nobody about DV certificates.
            other => panic!("unexpected: {other:?}"),
        });
    json!({"challenge": challenge, "state": state, "text": text, "revocation": revocation})
}

fn order(value: &Value) -> OrderId {
    value.as_str().unwrap().parse().unwrap()
}

fn to_hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits
        .map(|digit| char::from_digit(digit.into(), 16).unwrap())
        .collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

impl CertificateAuthority for Outside {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        let order = request.order;
        self.note(request.request, Effect::RequestIssuance { order });
        self.ca.submit(request)
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(async move {
            let answer = self.ca.poll(order, now).await?;
            // The owner reads what to publish, and does so before the next look.
            if let Some(challenge) = &answer.challenge {
                self.zone.publish(challenge);
            }
            Ok(answer)
        })
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.note(request, Effect::CancelAtCa { order });
        self.ca.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.note(request.request, revocation(&request));
        self.ca.revoke(request)
    }
}

const fn revocation(request: &RevocationOrder) -> Effect {
    Effect::RevokeAtCa {
        order: request.order,
        serial: request.serial,
        reason: request.reason,
    }
}

const fn notice(message: &Message) -> Effect {
    Effect::Notify {
        instance: message.instance,
        notice: message.notice,
    }
}

const fn payout(payout: &Payout) -> Effect {
    let cash = payout.cash;
    match payout.object {
        PaidObject::Plan(plan) => Effect::PayPlanBack { plan, cash },
        PaidObject::Purchase(purchase) => Effect::PayBack { purchase, cash },
    }
}

impl Payments for Outside {
    fn pay_back(&self, asked: Payout) -> BoxFuture<'_, Result<(), DeliveryError>> {
        self.note(asked.request, payout(&asked));
        Box::pin(async { Ok(()) })
    }
}

impl Notifier for Outside {
    fn tell(&self, message: Message) -> BoxFuture<'_, Result<(), DeliveryError>> {
        self.note(message.request, notice(&message));
        Box::pin(async { Ok(()) })
    }
}

fn no_deployments<T>() -> BoxFuture<'static, Result<T, DeliveryError>> {
    Box::pin(async { Err(DeliveryError::refused("nothing is deployed here")) })
}

impl Deployer for Outside {
    fn deploy(&self, _: DeploymentOrder) -> BoxFuture<'_, Result<(), DeliveryError>> {
        no_deployments()
    }

    fn undeploy(&self, _: Removal) -> BoxFuture<'_, Result<(), DeliveryError>> {
        no_deployments()
    }
}

/// Writes a line for the parent to read, at once.
pub(crate) fn tell_parent(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody reads any more: the parent is gone, and so is what this process is for.
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        exit(1);
    }
}

/// The world outside, as a process sees it whose parent it is. One request at a time.
#[derive(Default)]
pub(crate) struct Remote(Mutex<()>);

impl Remote {
    fn ask(&self, request: &Value) -> Value {
        let _one = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tell_parent(&format!("Q\t{request}"));
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(read) if read > 0 => serde_json::from_str(&line).unwrap(),
            Ok(_) | Err(_) => exit(1),
        }
    }

    fn ask_ca(&self, request: &Value) -> Result<Value, CaError> {
        let answer = self.ask(request);
        let text = answer["text"].as_str().unwrap_or_default();
        match answer["error"].as_str() {
            None => Ok(answer["ok"].clone()),
            Some("unknown") => Err(CaError::UnknownOrder(text.parse().unwrap())),
            Some("reused") => Err(CaError::RequestReused(RequestId::new(text).unwrap())),
            Some("refused") => Err(CaError::refused(text)),
            Some(_) => Err(CaError::unavailable(text)),
        }
    }

    fn deliver(&self, request: RequestId, effect: &Effect) {
        let effect = encode_effect(effect);
        self.ask(&json!({"op": "deliver", "request": request.as_str(), "effect": effect}));
    }
}

fn read(answer: &Value) -> CaAnswer {
    let text = || answer["text"].as_str().unwrap();
    let challenge = answer["challenge"].as_array().map(|parts| {
        let part = |place: usize| parts[place].as_str().unwrap();
        Challenge::dns(part(0), RecordType::Txt, part(1)).unwrap()
    });
    let state = match answer["state"].as_str().unwrap() {
        "awaiting" => CaState::AwaitingProof,
        "review" => CaState::UnderReview,
        "issued" => CaState::Issued {
            pem_chain: Arc::from(text()),
        },
        "rejected" => CaState::Rejected {
            reason: Note::new(text()).unwrap(),
        },
        _ => CaState::Cancelled,
    };
    let revocation = answer["revocation"].as_object().map(|own| {
        let code = own["reason"].as_u64().unwrap();
        let mut reasons = RevocationReason::ALL.into_iter();
        CaRevocation::Revoked {
            at: own["at"].as_str().unwrap().parse().unwrap(),
            reason: reasons.find(|one| u64::from(one.code()) == code).unwrap(),
            cause: if own["by_holder"].as_bool().unwrap() {
                RevocationCause::ByHolder
            } else {
                RevocationCause::ByCa
            },
        }
    });
    CaAnswer {
        challenge,
        state,
        revocation,
    }
}

impl CertificateAuthority for Remote {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            let names: Vec<&str> = request.names.iter().map(DomainName::as_str).collect();
            self.ask_ca(&json!({
                "op": "submit",
                "request": request.request.as_str(),
                "order": request.order.to_string(),
                "names": names,
                "csr": to_hex(&request.csr_der),
                "at": request.at.to_string(),
                "days": request.term.in_days(),
            }))
            .map(|_| ())
        })
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(async move {
            let order = order.to_string();
            let answer = self.ask_ca(&json!({"op": "poll", "order": order, "at": now.to_string()}));
            Ok(read(&answer?))
        })
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            let (request, order) = (request.as_str(), order.to_string());
            self.ask_ca(&json!({"op": "cancel", "request": request, "order": order}))
                .map(|_| ())
        })
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            self.ask_ca(&json!({
                "op": "revoke",
                "request": request.request.as_str(),
                "effect": encode_effect(&revocation(&request)),
                "at": request.at.to_string(),
            }))
            .map(|_| ())
        })
    }
}

impl Payments for Remote {
    fn pay_back(&self, asked: Payout) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async move {
            self.deliver(asked.request, &payout(&asked));
            Ok(())
        })
    }
}

impl Notifier for Remote {
    fn tell(&self, message: Message) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async move {
            self.deliver(message.request, &notice(&message));
            Ok(())
        })
    }
}

impl Deployer for Remote {
    fn deploy(&self, _: DeploymentOrder) -> BoxFuture<'_, Result<(), DeliveryError>> {
        no_deployments()
    }

    fn undeploy(&self, _: Removal) -> BoxFuture<'_, Result<(), DeliveryError>> {
        no_deployments()
    }
}
