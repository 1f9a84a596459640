//! From the application to the certificate, or to another end.

use std::format;
use std::vec::Vec;

use super::super::kit::{Done, Stop};
use super::super::report::Clause;
use super::super::wait::{at_once, wait};
use super::Check;
use super::bench::{Desk, Key, word};
use crate::lifecycle::Term;
use crate::model::{ValidationClass, ValidationMethod};
use crate::pki::{Limits, ParsedCertificate, parse_certificates};
use crate::port::{CaAnswer, CaError, CaState, IssuanceRequest};

pub(super) const CHECKS: &[Check] = &[
    ("an order is proved, reviewed and issued", life),
    ("an order that nobody proves is not issued", unproved),
    ("a certificate fits its order", fits),
    ("a file proves as well as a record", by_file),
    ("an order that is issued stays so", stays_issued),
    (
        "threads that ask at once hear of one certificate",
        asked_at_once,
    ),
    ("an order that is rejected stays so", rejected),
    ("an order that is withdrawn in time ends", withdrawn),
    ("what is decided is not withdrawn", too_late),
];

fn life(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    desk.accepts(&request)?;
    // Reading changes nothing that a second reading would miss.
    desk.poll(request.order)?;
    desk.poll(request.order)?;
    desk.prove(&request)?;
    let issued = desk.until(request.order, "the certificate", |answer| {
        matches!(answer.state, CaState::Issued { .. })
    })?;
    desk.same(
        Clause::Revocation,
        "no revocation",
        &None,
        &issued.revocation,
    );
    desk.unchanged(Clause::Polls, request.order, &issued)
}

/// So often things go on without a proof.
const UNPROVED: usize = 5;

fn unproved(desk: &mut Desk<'_>) -> Done {
    let mut request = desk.application(Key::First)?;
    // A name that no other check has proved.
    request.names = desk.names(&["unproved."])?;
    desk.accepts(&request)?;
    desk.poll(request.order)?;
    let mut asked = false;
    for _ in 0..UNPROVED {
        wait(desk.block_on(), desk.under.go_on(request.order))??;
        let answer = desk.poll(request.order)?;
        if answer.challenge.is_some() {
            asked = true;
            // It may have given the order up.
            let waits = matches!(
                answer.state,
                CaState::AwaitingProof | CaState::Rejected { .. }
            );
            let what = "with a challenge that nobody met, no review and no certificate";
            desk.holds(Clause::Proof, what, waits, &word(&answer.state));
        }
    }
    if !asked {
        return Err(Stop::Skipped("the CA asks for no proof"));
    }
    Ok(())
}

fn fits(desk: &mut Desk<'_>) -> Done {
    for (key, labels, days) in [
        (Key::First, &["www."][..], 30),
        (Key::Rsa, &["", "www."], 20),
        (Key::Second, &["*.", "", "a.b."], 10),
    ] {
        let mut request = desk.application(key)?;
        request.names = desk.names(labels)?;
        request.term = Term::days(days);
        let pem_chain = desk.issue(&request)?;
        check_fit(desk, key, &request, &pem_chain)?;
    }
    Ok(())
}

fn check_fit(desk: &mut Desk<'_>, key: Key, request: &IssuanceRequest, pem_chain: &str) -> Done {
    let certificate = desk.read(pem_chain)?;
    let facts = certificate.facts();
    let (mut asked, mut named) = (request.names.clone(), facts.names.clone());
    asked.sort();
    named.sort();
    desk.same(Clause::Fitting, "exactly its names", &asked, &named);
    let spki = key.facts()?.spki();
    desk.same(
        Clause::Fitting,
        "the key of its request",
        &spki,
        &facts.spki,
    );
    let last = facts.validity.not_after();
    let end = request.term.last_second(facts.validity.not_before());
    let what = format!("valid until {end} at the latest");
    desk.holds(Clause::Fitting, what, last <= end, &last);
    let now = desk.under.now();
    desk.holds(
        Clause::Fitting,
        format!("not over at {now}"),
        now <= last,
        &last,
    );
    let parsed = match parse_certificates(pem_chain.as_bytes(), &Limits::default()) {
        Ok(parsed) => parsed,
        Err(error) => {
            desk.holds(Clause::Chain, "a chain that can be read", false, &error);
            return Ok(());
        }
    };
    let subject = parsed.first().map_or("", ParsedCertificate::subject);
    if let Some(first) = request.names.first() {
        let what = format!("no common name but {first}");
        let is = common_names(subject).all(|name| name.eq_ignore_ascii_case(first.as_str()));
        desk.holds(Clause::Fitting, what, is, &subject);
    }
    let leaf = parsed.first().map(ParsedCertificate::der);
    desk.holds(
        Clause::Chain,
        "the leaf first",
        leaf == Some(&*facts.der),
        &"another one",
    );
    let signed: Vec<bool> = (parsed.iter().zip(parsed.iter().skip(1)))
        .map(|(one, next)| one.issuer() == next.subject())
        .collect();
    let in_order = signed.iter().all(|fits| *fits);
    desk.holds(Clause::Chain, "each signed by the next", in_order, &signed);
    let root = parsed.iter().any(|one| one.issuer() == one.subject());
    desk.holds(
        Clause::Chain,
        "no root",
        !root,
        &"a certificate that signed itself",
    );
    desk.holds(Clause::Chain, "its issuer", parsed.len() > 1, &parsed.len());
    Ok(())
}

/// The common names of a subject (RFC 4514). Names of domains have nothing to escape.
fn common_names(subject: &str) -> impl Iterator<Item = &str> {
    let parts = subject.split([',', '+']);
    parts.filter_map(|part| part.trim().strip_prefix("CN="))
}

fn by_file(desk: &mut Desk<'_>) -> Done {
    let mut request = desk.application(Key::First)?;
    request.method = ValidationMethod::File;
    desk.issue(&request)?;
    Ok(())
}

fn stays_issued(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    let pem_chain = desk.issue(&request)?;
    let is = |answer: &CaAnswer| match &answer.state {
        CaState::Issued { pem_chain } => Some(pem_chain.clone()),
        CaState::AwaitingProof
        | CaState::UnderReview
        | CaState::Rejected { .. }
        | CaState::Cancelled => None,
    };
    // Time passes, other orders come, and the same is asked for again.
    for _ in 0..3 {
        let other = desk.application(Key::Second)?;
        desk.issue(&other)?;
        let again = desk.submit(&request)?;
        desk.same(Clause::Repeats, "the application again", &Ok(()), &again);
        for _ in 0..3 {
            wait(desk.block_on(), desk.under.go_on(request.order))??;
            let answer = desk.poll(request.order)?;
            let seen = is(&answer);
            let same = seen.as_ref() == Some(&pem_chain);
            let what = "the same certificate";
            desk.holds(Clause::OneCertificate, what, same, &word(&answer.state));
        }
    }
    Ok(())
}

fn asked_at_once(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    let (block_on, ca) = (desk.block_on(), desk.ca.clone());
    let answers = at_once(8, |_| wait(block_on, ca.submit(request.clone())));
    for answer in answers {
        // One that found no way through is made up for by those that did.
        let answer = answer?;
        if !answer.as_ref().is_err_and(CaError::retry_helps) {
            desk.same(
                Clause::Repeats,
                "the same application at once",
                &Ok(()),
                &answer,
            );
        }
    }
    desk.accepts(&request)?;
    desk.prove(&request)?;
    let mut seen: Vec<CaState> = Vec::new();
    for _ in 0..8 {
        let now = desk.under.now();
        let answers = at_once(8, |_| wait(block_on, ca.poll(request.order, now)));
        for answer in answers {
            let state = match answer? {
                Ok(answer) => answer.state,
                Err(error) if error.retry_helps() => continue,
                Err(error) => return Err(error.into()),
            };
            if matches!(state, CaState::Issued { .. }) && !seen.contains(&state) {
                seen.push(state);
            }
        }
        wait(block_on, desk.under.go_on(request.order))??;
    }
    let many = seen.len();
    desk.holds(Clause::OneCertificate, "one certificate", many <= 1, &many);
    desk.until(request.order, "the certificate", |answer| {
        matches!(answer.state, CaState::Issued { .. })
    })?;
    Ok(())
}

fn rejected(desk: &mut Desk<'_>) -> Done {
    let mut request = desk.application(Key::First)?;
    request.class = ValidationClass::Ov;
    desk.accepts(&request)?;
    desk.prove(&request)?;
    // It may be issued before anybody could reject it.
    let answer = desk.until(request.order, "a review", |answer| {
        !matches!(answer.state, CaState::AwaitingProof)
    })?;
    let under_review = matches!(answer.state, CaState::UnderReview);
    let order = request.order;
    if !under_review {
        return Err(Stop::Skipped("nobody could see the order under review"));
    }
    if !wait(desk.block_on(), desk.under.reject(order))?? {
        return Err(Stop::Skipped("no application can be rejected here"));
    }
    let ended = desk.until(order, "a rejection", |answer| {
        matches!(answer.state, CaState::Rejected { .. })
    })?;
    let id = desk.request_id()?;
    let cancelled = desk.cancel(id, order)?;
    desk.same(Clause::Cancellation, "taken note of", &Ok(()), &cancelled);
    wait(desk.block_on(), desk.under.go_on(order))??;
    desk.unchanged(Clause::States, order, &ended)
}

fn withdrawn(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    desk.accepts(&request)?;
    desk.poll(request.order)?;
    let id = desk.request_id()?;
    let cancelled = desk.cancel(id, request.order)?;
    desk.same(Clause::Cancellation, "taken note of", &Ok(()), &cancelled);
    // Nobody proved the domain: no certificate can come before.
    let mut state = desk.poll(request.order)?;
    for _ in 0..50 {
        if !matches!(state.state, CaState::AwaitingProof | CaState::UnderReview) {
            break;
        }
        wait(desk.block_on(), desk.under.go_on(request.order))??;
        state = desk.poll(request.order)?;
    }
    let seen = word(&state.state);
    desk.same(Clause::Cancellation, "a withdrawn order", "cancelled", seen);
    // Again, by the same request and by another one; and a proof that comes too late.
    let other = desk.request_id()?;
    for id in [id, other] {
        let again = desk.cancel(id, request.order)?;
        desk.same(Clause::Cancellation, "withdrawn again", &Ok(()), &again);
    }
    if let Some(challenge) = &state.challenge {
        wait(desk.block_on(), desk.under.publish(challenge))??;
    }
    for _ in 0..3 {
        wait(desk.block_on(), desk.under.go_on(request.order))??;
    }
    desk.unchanged(Clause::States, request.order, &state)?;
    let again = desk.submit(&request)?;
    desk.same(Clause::Repeats, "the application again", &Ok(()), &again);
    desk.unchanged(Clause::Repeats, request.order, &state)
}

fn too_late(desk: &mut Desk<'_>) -> Done {
    let request = desk.application(Key::First)?;
    desk.issue(&request)?;
    let before = desk.poll(request.order)?;
    for _ in 0..2 {
        let id = desk.request_id()?;
        for _ in 0..2 {
            let cancelled = desk.cancel(id, request.order)?;
            desk.same(Clause::Cancellation, "taken note of", &Ok(()), &cancelled);
        }
        desk.unchanged(Clause::Cancellation, request.order, &before)?;
    }
    Ok(())
}
