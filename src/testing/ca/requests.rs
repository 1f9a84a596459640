//! Requests and their ids: what is sent again, what is refused, and what is unknown.

use alloc::sync::Arc;
use std::format;
use std::vec::Vec;

use super::super::kit::{Done, Stop};
use super::super::report::Clause;
use super::Check;
use super::bench::{Desk, Key};
use crate::lifecycle::Term;
use crate::model::{OrderId, RevocationReason, Serial, ValidationClass, ValidationMethod};
use crate::port::{CaError, IssuanceRequest, RevocationOrder};

pub(super) const CHECKS: &[Check] = &[
    ("an application that is sent again counts once", sent_again),
    ("a request id is not used for something else", reused),
    ("ids of different verbs are told apart", across_verbs),
    ("an order is submitted once", one_request),
    ("an order that nobody submitted is unknown", unknown),
    (
        "an application that cannot be certified is refused",
        refused,
    ),
];

fn sent_again(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    let again = |desk: &mut Desk<'_>| -> Done {
        let before = desk.poll(request.order)?;
        for _ in 0..2 {
            let answer = desk.submit(&request)?;
            desk.same(Clause::Repeats, "the application again", &Ok(()), &answer);
        }
        let now = desk.poll(request.order)?;
        desk.same(
            Clause::Repeats,
            "its challenge",
            &before.challenge,
            &now.challenge,
        );
        Ok(())
    };
    desk.accepts(&request)?;
    again(desk)?;
    desk.prove(&request)?;
    again(desk)?;
    desk.until(request.order, "the certificate", |answer| {
        matches!(answer.state, crate::port::CaState::Issued { .. })
    })?;
    let issued = desk.poll(request.order)?;
    again(desk)?;
    desk.unchanged(Clause::Repeats, request.order, &issued)
}

/// The same request with another content each, and what it is about.
fn others(
    desk: &mut Desk<'_>,
    request: &IssuanceRequest,
) -> Result<Vec<(&'static str, IssuanceRequest)>, Stop> {
    let other = desk.application(Key::Second)?;
    let names = desk.names(&["mail."])?;
    let with = |change: &dyn Fn(&mut IssuanceRequest)| {
        let mut one = request.clone();
        change(&mut one);
        one
    };
    Ok(Vec::from([
        ("another order", with(&|one| one.order = other.order)),
        ("other names", with(&|one| one.names.clone_from(&names))),
        (
            "another key",
            with(&|one| one.csr_der = Arc::clone(&other.csr_der)),
        ),
        (
            "another class",
            with(&|one| one.class = ValidationClass::Ov),
        ),
        (
            "another proof",
            with(&|one| one.method = ValidationMethod::File),
        ),
        (
            "another term",
            with(&|one| one.term = Term::days(one.term.in_days().saturating_sub(1))),
        ),
        (
            "another time",
            with(&|one| one.at = one.at.saturating_add(-1)),
        ),
    ]))
}

fn reused(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    desk.accepts(&request)?;
    desk.poll(request.order)?;
    let expected = Err(CaError::RequestReused(request.request));
    for (what, other) in others(desk, &request)? {
        let answer = desk.submit(&other)?;
        desk.same(
            Clause::RequestIds,
            format!("the id for {what}"),
            &expected,
            &answer,
        );
        if other.order != request.order {
            let asked = desk.ask(other.order)?;
            let unknown = Err(CaError::UnknownOrder(other.order));
            desk.same(Clause::RequestIds, "nothing came of it", &unknown, &asked);
        }
    }
    desk.poll(request.order)?;
    // The order is what it was, and goes on.
    desk.prove(&request)?;
    desk.until(request.order, "the certificate", |answer| {
        matches!(answer.state, crate::port::CaState::Issued { .. })
    })?;
    Ok(())
}

fn across_verbs(desk: &mut Desk<'_>) -> Done {
    let (first, second) = (
        desk.application(Key::First)?,
        desk.application(Key::Second)?,
    );
    desk.accepts(&second)?;
    let pem_chain = desk.issue(&first)?;
    let serial = desk.read(&pem_chain)?.serial();
    let taken = |id| Err(CaError::RequestReused(id));
    // The id of an application.
    let answer = desk.cancel(first.request, first.order)?;
    desk.same(
        Clause::RequestIds,
        "to withdraw with it",
        &taken(first.request),
        &answer,
    );
    let mut revocation = desk.revocation(first.order, serial)?;
    let own = revocation.request;
    revocation.request = first.request;
    let answer = desk.revoke(revocation)?;
    desk.same(
        Clause::RequestIds,
        "to revoke with it",
        &taken(first.request),
        &answer,
    );
    // The id of a withdrawal.
    let cancel = desk.request_id()?;
    let answer = desk.cancel(cancel, second.order)?;
    desk.same(Clause::Cancellation, "taken note of", &Ok(()), &answer);
    let answer = desk.cancel(cancel, first.order)?;
    desk.same(
        Clause::RequestIds,
        "to withdraw another order",
        &taken(cancel),
        &answer,
    );
    revocation.request = cancel;
    let answer = desk.revoke(revocation)?;
    desk.same(
        Clause::RequestIds,
        "to revoke with it",
        &taken(cancel),
        &answer,
    );
    // Before it is looked at whether there is such an order.
    let nobody = desk.order()?;
    let answer = desk.cancel(cancel, nobody)?;
    desk.same(
        Clause::RequestIds,
        "to withdraw an unknown order",
        &taken(cancel),
        &answer,
    );
    let elsewhere = RevocationOrder {
        order: nobody,
        ..revocation
    };
    let answer = desk.revoke(elsewhere)?;
    desk.same(
        Clause::RequestIds,
        "to revoke an unknown order",
        &taken(cancel),
        &answer,
    );
    // The id of a revocation.
    revocation.request = own;
    let answer = desk.revoke(revocation)?;
    desk.same(Clause::Revocation, "taken note of", &Ok(()), &answer);
    revocation.reason = RevocationReason::KeyCompromise;
    let answer = desk.revoke(revocation)?;
    desk.same(
        Clause::RequestIds,
        "for another reason",
        &taken(own),
        &answer,
    );
    let answer = desk.cancel(own, first.order)?;
    desk.same(
        Clause::RequestIds,
        "to withdraw with it",
        &taken(own),
        &answer,
    );
    let third = IssuanceRequest {
        request: own,
        ..desk.application(Key::First)?
    };
    let answer = desk.submit(&third)?;
    desk.same(Clause::RequestIds, "to apply with it", &taken(own), &answer);
    Ok(())
}

fn one_request(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    desk.accepts(&request)?;
    desk.poll(request.order)?;
    let second = IssuanceRequest {
        request: desk.request_id()?,
        csr_der: Arc::from(Key::Second.facts()?.der()),
        ..request.clone()
    };
    let answer = desk.submit(&second)?;
    let what = "the same order with another request";
    let refused = matches!(answer, Err(CaError::Refused(_)));
    desk.holds(Clause::Applications, what, refused, &answer);
    desk.poll(request.order)?;
    desk.prove(&request)?;
    let issued = desk.until(request.order, "the certificate", |answer| {
        matches!(answer.state, crate::port::CaState::Issued { .. })
    })?;
    if let crate::port::CaState::Issued { pem_chain } = issued.state {
        let spki = desk.read(&pem_chain)?.spki();
        let own = Key::First.facts()?.spki();
        desk.same(Clause::Fitting, "the key of the first request", &own, &spki);
    }
    Ok(())
}

fn unknown(desk: &mut Desk<'_>) -> Done {
    let known = desk.application(Key::First)?;
    desk.accepts(&known)?;
    let nobody: OrderId = desk.order()?;
    let unknown = CaError::UnknownOrder(nobody);
    for _ in 0..2 {
        let answer = desk.ask(nobody)?;
        desk.same(
            Clause::UnknownOrders,
            "asked about",
            &Err(unknown.clone()),
            &answer,
        );
        let id = desk.request_id()?;
        let answer = desk.cancel(id, nobody)?;
        desk.same(
            Clause::UnknownOrders,
            "withdrawn",
            &Err(unknown.clone()),
            &answer,
        );
        let revocation = desk.revocation(nobody, Serial::new(&[1])?)?;
        let answer = desk.revoke(revocation)?;
        desk.same(
            Clause::UnknownOrders,
            "revoked",
            &Err(unknown.clone()),
            &answer,
        );
    }
    Ok(())
}

fn refused(desk: &mut Desk<'_>) -> Done {
    let whole: Arc<[u8]> = Arc::from(Key::First.facts()?.der());
    let mut forged = whole.to_vec();
    // The last byte belongs to the signature.
    if let Some(last) = forged.last_mut() {
        *last ^= 1;
    }
    let cut: Vec<u8> = whole.iter().copied().take(60).collect();
    for (what, csr) in [
        ("no request at all", Vec::new()),
        ("a text", b"-----BEGIN".to_vec()),
        ("a request that is cut off", cut),
        ("a signature by somebody else", forged),
    ] {
        let request = IssuanceRequest {
            csr_der: Arc::from(csr),
            ..desk.application(Key::First)?
        };
        // Sent again it is what it was.
        for _ in 0..3 {
            let answer = desk.submit(&request)?;
            let refused = matches!(answer, Err(CaError::Refused(_)));
            let what = format!("{what} is refused");
            desk.holds(Clause::Applications, what, refused, &answer);
        }
        let asked = desk.ask(request.order)?;
        let unknown = Err(CaError::UnknownOrder(request.order));
        desk.same(Clause::Applications, "nothing came of it", &unknown, &asked);
    }
    Ok(())
}
