//! The yardstick: the same life cycle as a plain `match` that explains nothing.
//!
//! It is what a team would write for itself: one flat record for an order, one for a plan, the
//! values of each edition as constants, changes in place, and an error code where something is
//! refused. It reads the same commands as the library, so the ratio is that of deciding and not of
//! the shape of the input; everything it decides with is its own.

use std::sync::Arc;

use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{
    AccountId, Challenge, CsrFacts, Curve, Digest, DomainName, Fingerprint, HoldState, InstanceId,
    IssuedCertificate, KeyKind, KeySource, NameKind, Note, Operation, OrderId, Payment, PlanId,
    Possession, Product, RevocationReason, SignatureHash, SpkiDigest, Status, SubjectAltName,
    Submission, Timestamp, ValidationClass, ValidationMethod,
};

/// The documented error codes, and one for a caller's mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    NotFoundPackage,
    NotRemainCount,
    NotFoundOrder,
    OrderStateError,
    CreateFailed,
    CaAnswer,
    Misuse,
}

/// What differs between the editions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) digest: Digest,
    pub(crate) single_consumes_on_submission: bool,
    pub(crate) return_days: i64,
    pub(crate) return_to_the_second: bool,
    pub(crate) cancels_pending: bool,
    pub(crate) limits_revocations: bool,
    pub(crate) file_proves_wildcard: bool,
}

const DAY: i64 = 86_400;
const OFFSET: i64 = 8 * 3_600;
const NOTICE_DAYS: i64 = 30;
const MAX_NAMES: usize = 5;
const FERMAT_ROUNDS: u16 = 100;
const SMALLEST_FACTOR: u16 = 752;

/// From when on a certificate may be valid for so many days.
const CEILINGS: [(i64, i64); 5] = [
    (i64::MIN, 825),
    (1_598_918_400, 398),
    (1_773_532_800, 200),
    (1_805_068_800, 100),
    (1_868_227_200, 47),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Verifying,
    Validating,
    Failed,
    Pending,
    Live,
    ToConfirm,
    InReview,
    Revoked,
    Deleted,
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) account: AccountId,
    pub(crate) instance: InstanceId,
    pub(crate) id: OrderId,
    pub(crate) class: ValidationClass,
    pub(crate) plan: PlanId,
    pub(crate) unit: HoldState,
    pub(crate) state: State,
    pub(crate) digest: Digest,
    pub(crate) submission: Arc<Submission>,
    pub(crate) submitted_at: i64,
    pub(crate) key: Option<SpkiDigest>,
    pub(crate) challenge: Option<Arc<Challenge>>,
    pub(crate) certificate: Option<Arc<IssuedCertificate>>,
    pub(crate) issued_at: i64,
    pub(crate) not_after: i64,
    pub(crate) requested_at: i64,
    pub(crate) reason: RevocationReason,
    pub(crate) noticed: bool,
    pub(crate) changed_at: i64,
    pub(crate) note: Option<Note>,
    pub(crate) orphans: Vec<Fingerprint>,
}

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) account: AccountId,
    pub(crate) id: PlanId,
    pub(crate) product: Product,
    pub(crate) total: u32,
    pub(crate) reserved: u32,
    pub(crate) settled: u32,
    pub(crate) issued: u64,
    pub(crate) revocations: u32,
}

impl Plan {
    fn remaining(&self) -> u32 {
        self.total - self.reserved - self.settled
    }
}

/// The day on which an instant falls at +08:00.
fn day(at: i64) -> i64 {
    (at + OFFSET).div_euclid(DAY)
}

/// The instant at which a day begins at +08:00.
fn midnight(day: i64) -> i64 {
    day * DAY - OFFSET
}

impl Order {
    pub(crate) fn status(&self, now: Timestamp) -> Status {
        match self.state {
            State::Verifying => Status::DomainVerification,
            State::Validating => Status::Validating,
            State::Failed => Status::ValidationFailed,
            State::Pending => Status::PendingApplication,
            State::ToConfirm => Status::RevocationToConfirm,
            State::InReview => Status::ValidatingRevocation,
            State::Revoked => Status::Revoked,
            State::Deleted => Status::Deleted,
            State::Live if now.unix_seconds() > self.not_after => Status::Expired,
            State::Live if self.notice_is_due(now) => Status::PendingExpiration,
            State::Live => Status::Issued,
        }
    }

    fn notice_is_due(&self, now: Timestamp) -> bool {
        let now = now.unix_seconds();
        now <= self.not_after && now >= midnight(day(self.not_after) - NOTICE_DAYS)
    }

    fn give_back(&mut self, plan: &mut Plan) {
        match self.unit {
            HoldState::Settled => plan.settled -= 1,
            HoldState::Reserved => plan.reserved -= 1,
            HoldState::Returned => {}
        }
        self.unit = HoldState::Returned;
    }

    fn revoke(&mut self, plan: &mut Plan, reason: RevocationReason, now: Timestamp, rules: &Rules) {
        let now = now.unix_seconds();
        let end = if rules.return_to_the_second {
            self.issued_at + rules.return_days * DAY + 1
        } else {
            midnight(day(self.issued_at) + rules.return_days + 1)
        };
        if now < end && self.unit == HoldState::Settled {
            self.give_back(plan);
        }
        self.state = State::Revoked;
        self.reason = reason;
        self.changed_at = now;
    }
}

/// Whether the plan at hand is the one whose unit the order holds.
fn holding<'a>(
    plan: &'a mut Option<Plan>,
    order: &Order,
    account: AccountId,
) -> Result<&'a mut Plan, Code> {
    plan.as_mut()
        .filter(|plan| plan.id == order.plan && plan.account == account)
        .ok_or(Code::Misuse)
}

pub(crate) fn apply(
    slot: &mut Option<Order>,
    plan: &mut Option<Plan>,
    account: AccountId,
    command: &Command,
    now: Timestamp,
    pinned: &Rules,
    in_force: &Rules,
) -> Result<(), Code> {
    match command {
        Command::BuyPlan {
            plan: id,
            product,
            count,
            payment: Payment::NONE,
        } => {
            if plan.is_some() {
                return Err(Code::Misuse);
            }
            *plan = Some(Plan {
                account,
                id: *id,
                product: *product,
                total: count.get(),
                reserved: 0,
                settled: 0,
                issued: 0,
                revocations: 0,
            });
            return Ok(());
        }
        Command::Submit {
            instance,
            order,
            submission,
        } => {
            let plan = plan
                .as_mut()
                .filter(|plan| plan.account == account)
                .ok_or(Code::NotFoundPackage)?;
            if plan.remaining() == 0 {
                return Err(Code::NotRemainCount);
            }
            if slot.is_some() {
                return Err(Code::Misuse);
            }
            if !acceptable(plan.product, submission, pinned) {
                return Err(Code::CreateFailed);
            }
            let at_once = pinned.single_consumes_on_submission
                && submission.operation() != Operation::ForPackage;
            let unit = if at_once {
                plan.settled += 1;
                HoldState::Settled
            } else {
                plan.reserved += 1;
                HoldState::Reserved
            };
            *slot = Some(Order {
                account,
                instance: *instance,
                id: *order,
                class: plan.product.class,
                plan: plan.id,
                unit,
                state: State::Verifying,
                digest: pinned.digest,
                submission: submission.clone(),
                submitted_at: now.unix_seconds(),
                key: submission.csr().map(CsrFacts::spki),
                challenge: None,
                certificate: None,
                issued_at: 0,
                not_after: 0,
                requested_at: 0,
                reason: RevocationReason::Unspecified,
                noticed: false,
                changed_at: 0,
                note: None,
                orphans: Vec::new(),
            });
            return Ok(());
        }
        _ => {}
    }
    let order = slot
        .as_mut()
        .filter(|order| order.account == account)
        .ok_or(Code::NotFoundOrder)?;
    if let Command::Approve { certificate } = command {
        return approve(order, plan, account, certificate, now, pinned);
    }
    if order.state == State::Deleted {
        return Err(Code::NotFoundOrder);
    }
    if order.digest != pinned.digest {
        return Err(Code::Misuse);
    }
    match (command, order.state) {
        (Command::Withdraw, State::Verifying | State::Validating) => {
            order.state = State::Pending;
            order.changed_at = now.unix_seconds();
        }
        (Command::Delete, State::Failed | State::Pending) => {
            let plan = holding(plan, order, account)?;
            order.give_back(plan);
            order.state = State::Deleted;
            order.changed_at = now.unix_seconds();
        }
        (Command::CancelOrder, State::Pending) if in_force.cancels_pending => {
            let plan = holding(plan, order, account)?;
            order.give_back(plan);
            order.state = State::Deleted;
            order.changed_at = now.unix_seconds();
        }
        (Command::RequestRevocation { reason }, State::Live)
            if now.unix_seconds() <= order.not_after =>
        {
            let plan = holding(plan, order, account)?;
            if in_force.limits_revocations && plan.revocations >= plan.total {
                return Err(Code::OrderStateError);
            }
            if *reason == RevocationReason::PrivilegeWithdrawn {
                return Err(Code::OrderStateError);
            }
            plan.revocations += 1;
            order.requested_at = now.unix_seconds();
            order.reason = *reason;
            order.state = if order.class == ValidationClass::Dv {
                State::InReview
            } else {
                State::ToConfirm
            };
        }
        (Command::ReceiveChallenge { challenge, key }, State::Verifying) => {
            if challenge.method() != order.submission.method()
                || order.key.is_some_and(|own| own != *key)
            {
                return Err(Code::CaAnswer);
            }
            order.challenge = Some(challenge.clone());
            order.key = Some(*key);
        }
        // The same answer again is nothing new.
        (Command::ReceiveChallenge { challenge, key }, State::Validating)
            if order.challenge.as_ref() == Some(challenge) && order.key == Some(*key) => {}
        (Command::ConfirmDomain, State::Verifying) if order.challenge.is_some() => {
            order.state = State::Validating;
        }
        (Command::Reject { reason }, State::Validating) => {
            order.state = State::Failed;
            order.note = Some(reason.clone());
            order.changed_at = now.unix_seconds();
        }
        (Command::ConfirmRevocation, State::ToConfirm) => order.state = State::InReview,
        // The same answer again, where one was asked for.
        (Command::ConfirmRevocation, State::InReview) if order.class != ValidationClass::Dv => {}
        (Command::CompleteRevocation { at }, State::InReview) => {
            let plan = holding(plan, order, account)?;
            order.revoke(plan, order.reason, now.min(*at), pinned);
        }
        (Command::RefuseRevocation { .. }, State::ToConfirm | State::InReview) => {
            holding(plan, order, account)?.revocations -= 1;
            order.state = State::Live;
        }
        (
            Command::RecordCaRevocation { reason, at },
            State::Live | State::ToConfirm | State::InReview,
        ) => {
            let plan = holding(plan, order, account)?;
            order.revoke(plan, *reason, now.min(*at), pinned);
        }
        (Command::Wake, State::Live) => {
            if !order.noticed && order.notice_is_due(now) {
                order.noticed = true;
            }
        }
        // Reading changes nothing; what comes twice is nothing new.
        (Command::Collect, State::Live)
        | (Command::Wake, _)
        | (Command::ConfirmDomain, State::Validating)
        | (Command::Reject { .. }, State::Failed)
        | (
            Command::CompleteRevocation { .. } | Command::RecordCaRevocation { .. },
            State::Revoked,
        ) => {}
        _ => return Err(Code::OrderStateError),
    }
    Ok(())
}

fn approve(
    order: &mut Order,
    plan: &mut Option<Plan>,
    account: AccountId,
    certificate: &Arc<IssuedCertificate>,
    now: Timestamp,
    pinned: &Rules,
) -> Result<(), Code> {
    match order.state {
        State::Validating => {
            if order.digest != pinned.digest {
                return Err(Code::Misuse);
            }
            if !fits(order, certificate, now) {
                return Err(Code::CaAnswer);
            }
            let plan = holding(plan, order, account)?;
            if order.unit == HoldState::Reserved {
                plan.reserved -= 1;
                plan.settled += 1;
                order.unit = HoldState::Settled;
            }
            plan.issued += 1;
            order.issued_at = now.unix_seconds();
            order.not_after = certificate.validity().not_after().unix_seconds();
            order.certificate = Some(certificate.clone());
            order.state = State::Live;
            Ok(())
        }
        State::Verifying | State::Failed => Err(Code::OrderStateError),
        State::Pending | State::Deleted => {
            let own = match order.key {
                Some(key) => key == certificate.spki(),
                None => names_exactly(order, certificate),
            };
            if !own {
                return Err(Code::CaAnswer);
            }
            if !order.orphans.contains(&certificate.fingerprint()) {
                order.orphans.push(certificate.fingerprint());
            }
            Ok(())
        }
        State::Live | State::ToConfirm | State::InReview | State::Revoked => {
            let same = order
                .certificate
                .as_ref()
                .is_some_and(|own| own.fingerprint() == certificate.fingerprint());
            if same { Ok(()) } else { Err(Code::CaAnswer) }
        }
    }
}

/// The certificate carries the order's key and names, and its dates are in order.
fn names_exactly(order: &Order, certificate: &IssuedCertificate) -> bool {
    let names = bound_names(&order.submission);
    certificate.facts().names.len() == names.len()
        && names.iter().all(|name| certificate.names_exactly(name))
}

fn fits(order: &Order, certificate: &IssuedCertificate, now: Timestamp) -> bool {
    if order.key != Some(certificate.spki()) {
        return false;
    }
    if !names_exactly(order, certificate) {
        return false;
    }
    let not_before = certificate.validity().not_before().unix_seconds();
    let not_after = certificate.validity().not_after().unix_seconds();
    let days = CEILINGS
        .iter()
        .rev()
        .find(|(from, _)| *from <= not_before)
        .map_or(0, |(_, days)| *days);
    not_after - not_before < days * DAY && now.unix_seconds() <= not_after
}

/// The CN wins over a single domain.
fn bound_names(submission: &Submission) -> &[DomainName] {
    match (submission.csr(), submission.names()) {
        (Some(csr), [] | [_]) => csr
            .common_name()
            .and_then(|name| name.domain())
            .map_or(&[], std::slice::from_ref),
        (_, names) => names,
    }
}

fn acceptable(product: Product, submission: &Submission, rules: &Rules) -> bool {
    if product.class != ValidationClass::Dv
        && (submission.operation() != Operation::ForPackage
            || submission.applicant().company().is_none())
    {
        return false;
    }
    let key = match submission.key() {
        KeySource::Own(csr) => csr.key(),
        KeySource::ServiceMade(kind) => *kind,
    };
    let strong = match key {
        KeyKind::Rsa { bits } => bits >= 2_048 && bits % 8 == 0,
        KeyKind::Ec(curve) => curve != Curve::Other,
        KeyKind::Ed25519 | KeyKind::Other => false,
    };
    if !strong
        || submission
            .csr()
            .is_some_and(|csr| !csr_stands(csr, submission))
    {
        return false;
    }
    let names = bound_names(submission);
    let wildcard = product.names == NameKind::Wildcard;
    names.len() <= MAX_NAMES
        && names.iter().all(|name| name.is_wildcard() == wildcard)
        && (rules.file_proves_wildcard
            || !wildcard
            || submission.method() != ValidationMethod::File)
}

fn csr_stands(csr: &CsrFacts, submission: &Submission) -> bool {
    let hashed = match csr.hash() {
        SignatureHash::Sha256
        | SignatureHash::Sha384
        | SignatureHash::Sha512
        | SignatureHash::Intrinsic => true,
        SignatureHash::Md5 | SignatureHash::Sha1 | SignatureHash::Other => false,
    };
    if !hashed || csr.possession() != Possession::Proved {
        return false;
    }
    if matches!(csr.key(), KeyKind::Rsa { .. }) {
        let sound = csr.rsa().is_some_and(|key| {
            !key.roca
                && key.fermat.splits_within(FERMAT_ROUNDS) == Some(false)
                && key.factors.has_below(SMALLEST_FACTOR) == Some(false)
                && key.exponent.is_odd()
                && key.exponent.value() != Some(1)
        });
        if !sound {
            return false;
        }
    }
    let Some(domain) = csr.common_name().and_then(|name| name.domain()) else {
        return false;
    };
    let named = submission.names().len() < 2 || submission.names().contains(domain);
    let alternative = csr.alt_names().is_empty()
        || csr
            .alt_names()
            .iter()
            .any(|name| matches!(name, SubjectAltName::Dns(name) if name == domain));
    named && alternative
}
