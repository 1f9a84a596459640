//! A certificate from its purchase to its revocation, as lines.

use std::num::NonZeroU32;

use cert_lifecycle::codec::command::{Focus, Step, encode_step};
use cert_lifecycle::codec::stored::decode_event;
use cert_lifecycle::lifecycle::{Command, Event};
use cert_lifecycle::model::{
    AccountId, InstanceId, NameKind, OrderId, Payment, PlanId, RevocationReason, SpkiDigest,
    ValidationClass, ValidationMethod,
};
use serde_json::Value;

use crate::run::run_with;
use crate::support::scene::{at, certificate, challenge, csr_application, name, product};

/// Steps in order.
pub struct Story {
    pub steps: Vec<Step>,
}

fn step(when: &str, on: Focus, command: Command) -> Step {
    Step {
        at: at(when),
        account: AccountId::new("tom").unwrap(),
        on,
        command,
    }
}

pub fn instance() -> Focus {
    Focus::instance(InstanceId::new("i-1").unwrap())
}

impl Story {
    /// Three units, one of them used and revoked on the day 30 after its issuance.
    pub fn of_a_certificate() -> Self {
        let product = product(ValidationClass::Dv, NameKind::Single);
        let (plan, key) = (PlanId::new("p-1").unwrap(), SpkiDigest::of(b"key"));
        let submission = csr_application("key");
        let key_of = match submission.key() {
            cert_lifecycle::model::KeySource::Own(csr) => csr.spki(),
            cert_lifecycle::model::KeySource::ServiceMade(_) => key,
        };
        let certificate = certificate(
            key_of,
            &[name("www.example.com")],
            at("2021-03-01T02:00:00Z"),
            at("2022-03-01T01:59:59Z"),
        );
        let reason = RevocationReason::Superseded;
        let steps = vec![
            step(
                "2021-03-01T01:00:00Z",
                Focus::NOTHING,
                Command::BuyPlan {
                    plan,
                    product,
                    count: NonZeroU32::new(3).unwrap(),
                    payment: Payment::NONE,
                },
            ),
            step(
                "2021-03-01T01:10:00Z",
                Focus::plan(plan),
                Command::Submit {
                    instance: InstanceId::new("i-1").unwrap(),
                    order: OrderId::new(98_987_582_437_920_968).unwrap(),
                    submission: submission.clone(),
                },
            ),
            step(
                "2021-03-01T01:20:00Z",
                instance(),
                Command::ReceiveChallenge {
                    challenge: challenge(ValidationMethod::Dns),
                    key: key_of,
                },
            ),
            step("2021-03-01T01:30:00Z", instance(), Command::ConfirmDomain),
            step(
                "2021-03-01T02:00:00Z",
                instance(),
                Command::Approve { certificate },
            ),
            step(
                "2021-03-31T01:00:00Z",
                instance(),
                Command::RequestRevocation { reason },
            ),
            step(
                "2021-03-31T02:00:00Z",
                instance(),
                Command::CompleteRevocation {
                    at: at("2021-03-31T02:00:00Z"),
                },
            ),
        ];
        Self { steps }
    }

    /// The lines.
    pub fn lines(&self) -> Vec<String> {
        self.steps.iter().map(encode_step).collect()
    }

    /// The answers to the lines, each a value.
    pub fn answers(&self) -> Vec<Value> {
        let input = self.lines().join("\n");
        let ran = run_with(
            &["replay", "--site", "cn", "--channel", "api"],
            input.as_bytes(),
        );
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        let lines = ran.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What had happened before a step, taken from the answers.
    pub fn events_before(&self, step: usize) -> Vec<Event> {
        let answers = self.answers();
        let events = answers[..step]
            .iter()
            .flat_map(|answer| answer["events"].as_array().unwrap());
        events
            .map(|event| decode_event(&event.to_string()).unwrap())
            .collect()
    }
}
