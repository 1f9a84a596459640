//! Revocations.

use super::super::kit::Done;
use super::super::report::Clause;
use super::super::wait::wait;
use super::Check;
use super::bench::{Desk, Key};
use crate::model::{RevocationCause, RevocationReason, Serial, ValidationClass};
use crate::port::{CaAnswer, CaError, CaRevocation, CaState};

pub(super) const CHECKS: &[Check] = &[
    ("a certificate is revoked as was asked for", revoked),
    ("a certificate of a company is revoked, too", of_a_company),
    ("what is not there is not revoked", nothing_to_revoke),
    (
        "another certificate's serial number is refused",
        another_serial,
    ),
    ("what is revoked stays so", for_good),
];

fn is_revoked(answer: &CaAnswer) -> bool {
    matches!(answer.revocation, Some(CaRevocation::Revoked { .. }))
}

/// Leads an order to its revoked certificate; what the CA says then.
fn lead(desk: &mut Desk<'_>, class: ValidationClass) -> Result<CaAnswer, super::super::kit::Stop> {
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
    if let Some(CaRevocation::Revoked { reason, cause, .. }) = ended.revocation.clone() {
        desk.same(
            Clause::Revocation,
            "the reason",
            &revocation.reason,
            &reason,
        );
        desk.same(
            Clause::Revocation,
            "by whom",
            &RevocationCause::ByHolder,
            &cause,
        );
    }
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
