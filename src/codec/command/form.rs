//! The forms of commands: type tags and keys.

use alloc::borrow::ToOwned;
use core::num::NonZeroU32;

use crate::codec::stored::event::{HEAD, head, tag, unknown_type};
use crate::codec::stored::form::{Form, Variants, fields, record, variants};
use crate::codec::stored::read::Place;
use crate::codec::stored::write::Out;
use crate::codec::stored::{StoredError, StoredProblem};
use crate::lifecycle::{Command, Extension, NewPurchase, Paid, Slot, Upload};

use super::{Focus, Question, Step};

record! {
    Focus { instance: "instance", plan: "plan", other: "other" }
    Paid { purchase: "purchase", payment: "payment" }
    Slot { instance: "instance", order: "order" }
}

fields! {
    Extension {
        paid: "paid",
        chain: "chain",
        product: "product",
        slots: "slots",
        submission: "submission",
    }
    NewPurchase { paid: "paid", product: "product", slots: "slots", chain: "chain" }
    Upload { slot: "slot", product: "product", name: "name", certificate: "certificate", key: "key" }
}

variants! { Command
    {
        Buy(NewPurchase) = "command.buy",
        Draw(Slot) = "command.draw",
        EnableHosting(Extension) = "command.enable-hosting",
        Upload(Upload) = "command.upload",
    }
    {
        BuyPlan { plan: "plan", product: "product", count: "count", payment: "payment" }
            = "command.buy-plan",
        Submit { instance: "instance", order: "order", submission: "submission" }
            = "command.submit",
        Apply { order: "order", submission: "submission" } = "command.apply",
        Withdraw {} = "command.withdraw",
        Delete {} = "command.delete",
        CancelOrder {} = "command.cancel-order",
        Close {} = "command.close",
        Merge {} = "command.merge",
        RequestRevocation { reason: "reason" } = "command.request-revocation",
        Collect {} = "command.collect",
        DeleteCertificate {} = "command.delete-certificate",
        Deploy { target: "target", domain: "domain" } = "command.deploy",
        Undeploy { target: "target" } = "command.undeploy",
        Renew { slot: "slot", paid: "paid" } = "command.renew",
        ClaimRefund {} = "command.claim-refund",
        CancelRefund {} = "command.cancel-refund",
        GrantRefund {} = "command.grant-refund",
        RefuseRefund { reason: "reason" } = "command.refuse-refund",
        Activate { order: "order" } = "command.activate",
        ReceiveChallenge { challenge: "challenge", key: "key" } = "command.receive-challenge",
        ConfirmDomain {} = "command.confirm-domain",
        Approve { certificate: "certificate" } = "command.approve",
        Reject { reason: "reason" } = "command.reject",
        ConfirmRevocation {} = "command.confirm-revocation",
        // `at` is the instant of the command.
        CompleteRevocation { at: "completed_at" } = "command.complete-revocation",
        RefuseRevocation { reason: "reason" } = "command.refuse-revocation",
        RecordCaRevocation { reason: "reason", at: "revoked_at" } = "command.record-ca-revocation",
        Wake {} = "command.wake",
    }
}

impl Form for NonZeroU32 {
    fn write(&self, out: &mut Out) {
        self.get().write(out);
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        Self::new(u32::read(place)?).ok_or_else(|| place.wrong("out of range"))
    }
}

/// What a step begins with.
const STEP: [&str; 5] = ["v", "type", "at", "account", "on"];

impl Form for Step {
    fn write(&self, out: &mut Out) {
        let Self {
            at,
            account,
            on,
            command,
        } = self;
        out.object(|fields| {
            head(fields, command.tag());
            fields.put("at", at);
            fields.put("account", account);
            if *on != Focus::NOTHING {
                fields.put("on", on);
            }
            command.put(fields);
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let object = place.open()?;
        let tag = tag(&object)?;
        let Some(command) = Variants::take(tag, place, &STEP)? else {
            return Err(unknown_type(&object, tag));
        };
        let on: Option<Focus> = object.get("on")?;
        if on == Some(Focus::NOTHING) {
            return Err(object.error("on", nothing_named()));
        }
        Ok(Self {
            at: object.get("at")?,
            account: object.get("account")?,
            on: on.unwrap_or(Focus::NOTHING),
            command,
        })
    }
}

/// Each step has one text.
fn nothing_named() -> StoredProblem {
    StoredProblem::Value("it names nothing: leave it out".to_owned())
}

/// The tag of a question.
const QUESTION: &str = "question";

impl Form for Question {
    fn write(&self, out: &mut Out) {
        let Self { events, step } = self;
        out.object(|fields| {
            head(fields, QUESTION);
            fields.put("events", events);
            fields.put("command", step);
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let object = place.open()?;
        let tag = tag(&object)?;
        if tag != QUESTION {
            return Err(unknown_type(&object, tag));
        }
        let table = place.table(&[&HEAD, &["events", "command"]])?;
        Ok(Self {
            events: table.get("events")?,
            step: table.get("command")?,
        })
    }
}

/// The tag of a command.
pub(super) fn tag_of(command: &Command) -> &'static str {
    command.tag()
}
