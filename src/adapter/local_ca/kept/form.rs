//! What is kept of an order and of the hierarchy, as bytes: a version, then each value in turn.

use std::sync::Arc;
use std::vec::Vec;

use zeroize::Zeroizing;

use super::super::authority::Authority;
use super::super::config::LocalCaConfig;
use super::super::error::LocalCaError;
use super::super::hierarchy::Hierarchy;
use super::super::order::{Asked, Issued, Record, Revoked, Revoking, Stage};
use crate::lifecycle::{Carried, Term};
use crate::model::challenge::RecordType;
use crate::model::{
    Challenge, DomainName, Note, OrderId, RevocationCause, RevocationReason, Serial, Timestamp,
    ValidationClass, ValidationMethod,
};
use crate::port::{IssuanceRequest, RequestId, RevocationOrder};

/// The version of all forms here.
const VERSION: u8 = 1;

/// Bytes on their way out. Numbers are in big-endian order; texts and bytes have their length first.
struct Out(Vec<u8>);

impl Out {
    fn new() -> Self {
        Self(Vec::from([VERSION]))
    }

    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn number(&mut self, number: u64) {
        self.0.extend(number.to_be_bytes());
    }

    fn time(&mut self, at: Timestamp) {
        self.0.extend(at.unix_seconds().to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.0.extend(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn done(self) -> Vec<u8> {
        self.0
    }

    /// All of it in 32 bytes.
    fn digest(&self) -> [u8; 32] {
        hmac_sha256::Hash::hash(&self.0)
    }
}

/// What was written otherwise.
struct Unread;

/// Bytes on their way in.
struct In<'b>(&'b [u8]);

impl<'b> In<'b> {
    fn new(bytes: &'b [u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        (*version == VERSION).then_some(Self(rest))
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn eight(&mut self) -> Option<[u8; 8]> {
        let (eight, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(*eight)
    }

    fn number(&mut self) -> Option<u64> {
        self.eight().map(u64::from_be_bytes)
    }

    fn time(&mut self) -> Option<Timestamp> {
        let seconds = self.eight().map(i64::from_be_bytes)?;
        Timestamp::from_unix_seconds(seconds).ok()
    }

    fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<&'b str> {
        core::str::from_utf8(self.bytes()?).ok()
    }

    fn note(&mut self) -> Option<Note> {
        Note::new(self.text()?).ok()
    }

    fn end<T>(self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

pub(super) fn write_hierarchy(authority: &Authority) -> Result<Vec<u8>, LocalCaError> {
    let hierarchy = &authority.hierarchy;
    // Made as long as it will be, so that no shorter copy of the key is left behind.
    let mut out = Out(Vec::with_capacity(65_536));
    out.byte(VERSION);
    out.time(hierarchy.not_before);
    out.time(hierarchy.not_after);
    out.text(&hierarchy.root_pem());
    out.text(&hierarchy.intermediate_pem());
    out.bytes(authority.secret.as_slice());
    hierarchy.with_key(|key| out.bytes(key))?;
    Ok(out.done())
}

pub(super) fn read_hierarchy(bytes: &[u8], config: LocalCaConfig) -> Option<Authority> {
    let mut from = In::new(bytes)?;
    let (not_before, not_after) = (from.time()?, from.time()?);
    let (root, intermediate) = (from.text()?, from.text()?);
    let secret = Zeroizing::new(<[u8; 32]>::try_from(from.bytes()?).ok()?);
    let hierarchy = Hierarchy::restore(from.bytes()?, root, intermediate, not_before, not_after)?;
    from.end(Authority {
        config,
        hierarchy,
        secret,
    })
}

fn put_request(out: &mut Out, request: &IssuanceRequest) {
    let IssuanceRequest {
        request,
        order,
        names,
        csr_der,
        class,
        method,
        at,
        term,
    } = request;
    out.text(request.as_str());
    out.number(order.get());
    out.number(u64::try_from(names.len()).unwrap_or(u64::MAX));
    for name in names {
        out.text(name.as_str());
    }
    out.bytes(csr_der);
    out.text(class.word());
    out.text(method.word());
    out.time(*at);
    out.number(term.in_days().into());
    match term.carried() {
        None => out.byte(0),
        Some(Carried { old, until }) => {
            out.byte(1);
            out.time(old);
            out.time(until);
        }
    }
}

fn take_request(from: &mut In<'_>) -> Option<IssuanceRequest> {
    let request = RequestId::new(from.text()?).ok()?;
    let order = OrderId::new(from.number()?).ok()?;
    let names = (0..from.number()?).map(|_| DomainName::new(from.text()?).ok());
    let names: Vec<DomainName> = names.collect::<Option<_>>()?;
    let csr_der = Arc::from(from.bytes()?);
    let word = from.text()?;
    let mut classes = ValidationClass::ALL.into_iter();
    let class = classes.find(|class| class.word() == word)?;
    let word = from.text()?;
    let mut methods = ValidationMethod::ALL.into_iter();
    let method = methods.find(|method| method.word() == word)?;
    let at = from.time()?;
    let term = Term::days(u32::try_from(from.number()?).ok()?);
    let term = match from.byte()? {
        0 => term,
        1 => term.with_carried(Carried {
            old: from.time()?,
            until: from.time()?,
        }),
        _ => return None,
    };
    Some(IssuanceRequest {
        request,
        order,
        names,
        csr_der,
        class,
        method,
        at,
        term,
    })
}

fn put_challenge(out: &mut Out, challenge: &Challenge) {
    match challenge {
        Challenge::Dns {
            record_domain,
            record_type,
            value,
        } => {
            out.byte(match record_type {
                RecordType::Txt => 0,
                RecordType::Cname => 1,
            });
            out.text(record_domain);
            out.text(value);
        }
        Challenge::File {
            domain,
            uri,
            content,
        } => {
            out.byte(2);
            out.text(domain);
            out.text(uri);
            out.text(content);
        }
    }
}

fn take_challenge(from: &mut In<'_>) -> Option<Challenge> {
    let record_type = match from.byte()? {
        0 => RecordType::Txt,
        1 => RecordType::Cname,
        2 => return Challenge::file(from.text()?, from.text()?, from.text()?).ok(),
        _ => return None,
    };
    Challenge::dns(from.text()?, record_type, from.text()?).ok()
}

fn put_reason(out: &mut Out, reason: RevocationReason) {
    out.byte(reason.code());
}

fn take_reason(from: &mut In<'_>) -> Option<RevocationReason> {
    let code = from.byte()?;
    let mut reasons = RevocationReason::ALL.into_iter();
    reasons.find(|reason| reason.code() == code)
}

fn put_asked(out: &mut Out, asked: &Asked) {
    out.time(asked.at);
    put_reason(out, asked.reason);
}

fn take_asked(from: &mut In<'_>) -> Option<Asked> {
    let (at, reason) = (from.time()?, take_reason(from)?);
    Some(Asked { at, reason })
}

fn put_revoking(out: &mut Out, revoking: Option<&Revoking>) {
    match revoking {
        None => out.byte(0),
        Some(Revoking::ToConfirm(asked)) => {
            out.byte(1);
            put_asked(out, asked);
        }
        Some(Revoking::Pending(asked)) => {
            out.byte(2);
            put_asked(out, asked);
        }
        Some(Revoking::Revoked(revoked)) => {
            out.byte(3);
            out.time(revoked.at);
            put_reason(out, revoked.reason);
            out.byte(match revoked.cause {
                RevocationCause::ByHolder => 0,
                RevocationCause::ByCa => 1,
            });
        }
        Some(Revoking::Refused(reason, asked)) => {
            out.byte(4);
            out.text(reason.as_str());
            put_asked(out, asked);
        }
    }
}

fn take_revoking(from: &mut In<'_>) -> Result<Option<Revoking>, Unread> {
    let revoking = match from.byte().ok_or(Unread)? {
        0 => return Ok(None),
        1 => take_asked(from).map(Revoking::ToConfirm),
        2 => take_asked(from).map(Revoking::Pending),
        3 => take_revoked(from).map(Revoking::Revoked),
        4 => from
            .note()
            .zip(take_asked(from))
            .map(|(reason, asked)| Revoking::Refused(reason, asked)),
        _ => None,
    };
    revoking.map(Some).ok_or(Unread)
}

fn take_revoked(from: &mut In<'_>) -> Option<Revoked> {
    Some(Revoked {
        at: from.time()?,
        reason: take_reason(from)?,
        cause: match from.byte()? {
            0 => RevocationCause::ByHolder,
            1 => RevocationCause::ByCa,
            _ => return None,
        },
    })
}

fn put_stage(out: &mut Out, stage: &Stage) {
    match stage {
        Stage::AwaitingProof => out.byte(0),
        Stage::UnderReview { approved: false } => out.byte(1),
        Stage::UnderReview { approved: true } => out.byte(2),
        Stage::Rejected(reason) => {
            out.byte(3);
            out.text(reason.as_str());
        }
        Stage::Cancelled {
            issue_anyway: false,
        } => out.byte(4),
        Stage::Cancelled { issue_anyway: true } => out.byte(5),
        Stage::Issued(issued) => {
            out.byte(6);
            out.text(&issued.pem_chain);
            out.bytes(issued.serial.as_bytes());
            put_revoking(out, issued.revoking.as_ref());
        }
    }
}

fn take_stage(from: &mut In<'_>) -> Option<Stage> {
    Some(match from.byte()? {
        0 => Stage::AwaitingProof,
        1 => Stage::UnderReview { approved: false },
        2 => Stage::UnderReview { approved: true },
        3 => Stage::Rejected(from.note()?),
        4 => Stage::Cancelled {
            issue_anyway: false,
        },
        5 => Stage::Cancelled { issue_anyway: true },
        6 => Stage::Issued(Issued {
            pem_chain: Arc::from(from.text()?),
            serial: Serial::new(from.bytes()?).ok()?,
            revoking: take_revoking(from).ok()?,
        }),
        _ => return None,
    })
}

pub(super) fn write_record(record: &Record) -> Vec<u8> {
    let mut out = Out::new();
    put_request(&mut out, &record.request);
    put_challenge(&mut out, &record.challenge);
    put_stage(&mut out, &record.stage);
    out.done()
}

pub(super) fn read_record(bytes: &[u8]) -> Option<Record> {
    let mut from = In::new(bytes)?;
    let record = Record {
        request: take_request(&mut from)?,
        challenge: take_challenge(&mut from)?,
        stage: take_stage(&mut from)?,
    };
    from.end(record)
}

/// A line of the list of what was revoked; its key has the serial number.
pub(super) fn write_revoked(revoked: Revoked) -> Vec<u8> {
    let mut out = Out::new();
    out.time(revoked.at);
    put_reason(&mut out, revoked.reason);
    out.done()
}

pub(super) fn read_revoked(bytes: &[u8]) -> Option<(Timestamp, RevocationReason)> {
    let mut from = In::new(bytes)?;
    let line = (from.time()?, take_reason(&mut from)?);
    from.end(line)
}

pub(super) fn write_count(count: u64) -> Vec<u8> {
    let mut out = Out::new();
    out.number(count);
    out.done()
}

pub(super) fn read_count(bytes: &[u8]) -> Option<u64> {
    let mut from = In::new(bytes)?;
    let count = from.number()?;
    from.end(count)
}

/// A request as it is recognised again: what it asks for, all of it, in 32 bytes.
pub(super) fn of_submission(request: &IssuanceRequest) -> [u8; 32] {
    let mut out = Out::new();
    out.text("submit");
    put_request(&mut out, request);
    out.digest()
}

/// As [`of_submission`].
pub(super) fn of_cancellation(order: OrderId) -> [u8; 32] {
    let mut out = Out::new();
    out.text("cancel");
    out.number(order.get());
    out.digest()
}

/// As [`of_submission`].
pub(super) fn of_revocation(request: &RevocationOrder) -> [u8; 32] {
    let RevocationOrder {
        request,
        order,
        serial,
        reason,
        at,
    } = request;
    let mut out = Out::new();
    out.text("revoke");
    out.text(request.as_str());
    out.number(order.get());
    out.bytes(serial.as_bytes());
    put_reason(&mut out, *reason);
    out.time(*at);
    out.digest()
}

/// Texts as one, so that no two lists of them come to the same.
pub(super) fn of_texts(texts: &[&str]) -> [u8; 32] {
    let mut out = Out::new();
    for text in texts {
        out.text(text);
    }
    out.digest()
}
