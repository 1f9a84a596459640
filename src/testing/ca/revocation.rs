//! Revocations.

use std::format;

use super::super::kit::{Done, Stop};
use super::super::report::Clause;
use super::super::wait::wait;
use super::Check;
use super::bench::{Desk, Key};
use crate::model::{OrderId, RevocationCause, RevocationReason, Serial, ValidationClass};
use crate::port::{CaAnswer, CaError, CaRevocation, CaState, RevocationOrder};

pub(super) const CHECKS: &[Check] = &[
    ("a certificate is revoked as was asked for", revoked),
    ("a certificate of a company is revoked, too", of_a_company),
    ("what is not there is not revoked", nothing_to_revoke),
    (
        "another certificate's serial number is refused",
        another_serial,
    ),
    ("what is revoked stays so", for_good),
    (
        "a revocation that is refused leaves the certificate as it is",
        refused,
    ),
    (
        "a certificate that the CA revokes by itself is revoked by it",
        by_the_ca,
    ),
];

fn is_revoked(answer: &CaAnswer) -> bool {
    matches!(answer.revocation, Some(CaRevocation::Revoked { .. }))
}

/// What the CA says of a revocation is what its holder asked for.
fn revoked_as_asked(desk: &mut Desk<'_>, asked: &RevocationOrder, answer: &CaAnswer) {
    let Some(CaRevocation::Revoked { at, reason, cause }) = answer.revocation else {
        return;
    };
    desk.same(Clause::Revocation, "the reason", &asked.reason, &reason);
    let holder = RevocationCause::ByHolder;
    desk.same(Clause::Revocation, "by whom", &holder, &cause);
    let now = desk.under.now();
    let what = format!("since when, from {} to {now}", asked.at);
    desk.holds(Clause::Revocation, what, asked.at <= at && at <= now, &at);
}

/// Leads an order to its revoked certificate; what the CA says then.
fn lead(desk: &mut Desk<'_>, class: ValidationClass) -> Result<CaAnswer, Stop> {
    let mut request = desk.application(Key::First)?;
    request.class = class;
    let pem_chain = desk.issue(&request)?;
    let serial = desk.read(&pem_chain)?.serial();
    let before = desk.poll(request.order)?;
    desk.same(
        Clause::Revocation,
        "nobody asked for one",
        &None,
        &before.revocation,
    );
    let revocation = desk.revocation(request.order, serial)?;
    let answer = desk.revoke(revocation)?;
    desk.same(Clause::Revocation, "taken note of", &Ok(()), &answer);
    let asked = desk.poll(request.order)?;
    let what = "how far the revocation came";
    desk.holds(Clause::Revocation, what, asked.revocation.is_some(), &asked);
    // A repeat on the way is harmless.
    let again = desk.revoke(revocation)?;
    desk.same(Clause::Repeats, "the revocation again", &Ok(()), &again);
    let ended = desk.until(request.order, "a revoked certificate", is_revoked)?;
    revoked_as_asked(desk, &revocation, &ended);
    let same = ended.state == CaState::Issued { pem_chain };
    let what = "a revoked order has its certificate";
    desk.holds(Clause::OneCertificate, what, same, &ended.state);
    // The same request again, and another one: nothing changes.
    let mut other = desk.revocation(request.order, serial)?;
    other.reason = RevocationReason::CessationOfOperation;
    for repeat in [revocation, other] {
        let answer = desk.revoke(repeat)?;
        desk.same(Clause::Repeats, "what is revoked, again", &Ok(()), &answer);
        desk.unchanged(Clause::Repeats, request.order, &ended)?;
    }
    wait(desk.block_on(), desk.under.go_on(request.order))??;
    desk.unchanged(Clause::Revocation, request.order, &ended)?;
    Ok(ended)
}

fn revoked(desk: &mut Desk<'_>) -> Done {
    lead(desk, ValidationClass::Dv).map(|_| ())
}

fn of_a_company(desk: &mut Desk<'_>) -> Done {
    lead(desk, ValidationClass::Ov).map(|_| ())
}

fn nothing_to_revoke(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    desk.accepts(&request)?;
    desk.poll(request.order)?;
    let refused = |desk: &mut Desk<'_>, what| -> Done {
        let revocation = desk.revocation(request.order, Serial::new(&[1])?)?;
        let answer = desk.revoke(revocation)?;
        let is = matches!(answer, Err(CaError::Refused(_)));
        desk.holds(Clause::Revocation, what, is, &answer);
        Ok(())
    };
    refused(desk, "refused before there is a certificate")?;
    desk.poll(request.order)?;
    let id = desk.request_id()?;
    let answer = desk.cancel(id, request.order)?;
    desk.same(Clause::Cancellation, "taken note of", &Ok(()), &answer);
    desk.until(request.order, "a withdrawn order", |answer| {
        matches!(answer.state, CaState::Cancelled)
    })?;
    refused(desk, "refused for a withdrawn order")
}

fn another_serial(desk: &mut Desk<'_>) -> Done {
    let (first, second) = (
        desk.application(Key::First)?,
        desk.application(Key::Second)?,
    );
    let one = desk.issue(&first)?;
    let other = desk.issue(&second)?;
    let (own, foreign) = (desk.read(&one)?.serial(), desk.read(&other)?.serial());
    desk.holds(
        Clause::OneCertificate,
        "two serial numbers",
        own != foreign,
        &own,
    );
    let before = desk.poll(first.order)?;
    for serial in [foreign, Serial::new(&[1])?] {
        let revocation = desk.revocation(first.order, serial)?;
        for _ in 0..2 {
            let answer = desk.revoke(revocation)?;
            let is = matches!(answer, Err(CaError::Refused(_)));
            desk.holds(Clause::Revocation, "refused", is, &answer);
        }
        desk.unchanged(Clause::Revocation, first.order, &before)?;
    }
    // Neither of the two certificates is revoked by it.
    let untouched = desk.poll(second.order)?;
    desk.same(
        Clause::Revocation,
        "the other order's",
        &None,
        &untouched.revocation,
    );
    let revocation = desk.revocation(first.order, own)?;
    let answer = desk.revoke(revocation)?;
    desk.same(Clause::Revocation, "taken note of", &Ok(()), &answer);
    desk.until(first.order, "a revoked certificate", is_revoked)?;
    let untouched = desk.poll(second.order)?;
    desk.same(
        Clause::Revocation,
        "the other order's",
        &None,
        &untouched.revocation,
    );
    Ok(())
}

fn for_good(desk: &mut Desk<'_>) -> Done {
    let ended = lead(desk, ValidationClass::Dv)?;
    // Other orders come and go.
    let other = desk.application(Key::Second)?;
    desk.issue(&other)?;
    let fresh = desk.poll(other.order)?;
    desk.same(
        Clause::Revocation,
        "a new order's",
        &None,
        &fresh.revocation,
    );
    desk.holds(
        Clause::OneCertificate,
        "a certificate of its own",
        fresh.state != ended.state,
        &"the same",
    );
    Ok(())
}

/// A certificate of a company: there is most likely somebody who can refuse to revoke it.
fn of_whom(desk: &mut Desk<'_>) -> Result<(OrderId, CaAnswer, Serial), Stop> {
    let mut request = desk.application(Key::First)?;
    request.class = ValidationClass::Ov;
    let pem_chain = desk.issue(&request)?;
    let serial = desk.read(&pem_chain)?.serial();
    Ok((request.order, desk.poll(request.order)?, serial))
}

fn refused(desk: &mut Desk<'_>) -> Done {
    let (order, before, serial) = of_whom(desk)?;
    let first = desk.revocation(order, serial)?;
    let answer = desk.revoke(first)?;
    desk.same(Clause::Revocation, "taken note of", &Ok(()), &answer);
    // It may be revoked before anybody could refuse.
    if is_revoked(&desk.poll(order)?) {
        return Err(Stop::Skipped("it was revoked before anybody could refuse"));
    }
    if !wait(desk.block_on(), desk.under.refuse_revocation(order))?? {
        return Err(Stop::Skipped("no revocation can be refused here"));
    }
    let ended = desk.until(order, "a refused revocation", |answer| {
        matches!(
            answer.revocation,
            Some(CaRevocation::Refused { .. } | CaRevocation::Revoked { .. })
        )
    })?;
    let asked_at = match ended.revocation {
        Some(CaRevocation::Refused { asked_at, .. }) => Some(asked_at),
        Some(CaRevocation::ToConfirm | CaRevocation::Pending | CaRevocation::Revoked { .. })
        | None => None,
    };
    let what = "refused, and when that was asked for";
    desk.same(Clause::Revocation, what, &Some(first.at), &asked_at);
    desk.same(
        Clause::OneCertificate,
        "its certificate",
        &before.state,
        &ended.state,
    );
    // A repeat is harmless.
    let again = desk.revoke(first)?;
    desk.same(Clause::Repeats, "the revocation again", &Ok(()), &again);
    wait(desk.block_on(), desk.under.go_on(order))??;
    desk.unchanged(Clause::Revocation, order, &ended)?;
    // Another request may be made.
    let second = desk.revocation(order, serial)?;
    let answer = desk.revoke(second)?;
    desk.same(Clause::Revocation, "asked once more", &Ok(()), &answer);
    let ended = desk.until(order, "a revoked certificate", is_revoked)?;
    revoked_as_asked(desk, &second, &ended);
    Ok(())
}

fn by_the_ca(desk: &mut Desk<'_>) -> Done {
    let (order, before, serial) = of_whom(desk)?;
    let begun = desk.under.now();
    if !wait(desk.block_on(), desk.under.revoke_by_ca(order))?? {
        return Err(Stop::Skipped("nobody revokes here but the holder"));
    }
    let ended = desk.until(order, "a revoked certificate", is_revoked)?;
    if let Some(CaRevocation::Revoked { at, cause, .. }) = ended.revocation {
        let own = RevocationCause::ByCa;
        desk.same(Clause::Revocation, "by whom", &own, &cause);
        let now = desk.under.now();
        let what = format!("since when, up to {now}");
        desk.holds(Clause::Revocation, what, at <= now, &(begun, at));
    }
    desk.same(
        Clause::OneCertificate,
        "its certificate",
        &before.state,
        &ended.state,
    );
    // A holder who asks too late changes nothing.
    let late = desk.revocation(order, serial)?;
    let answer = desk.revoke(late)?;
    desk.same(Clause::Repeats, "what is revoked, again", &Ok(()), &answer);
    wait(desk.block_on(), desk.under.go_on(order))??;
    desk.unchanged(Clause::Revocation, order, &ended)
}
