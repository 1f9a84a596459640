//! A deterministic stream of commands: mostly what moves an order on, mixed with what comes at the
//! wrong time, twice, from a foreign account or with another plan.
//!
//! Late approvals (T-49) are left out: the compact life cycle has no list of orphans. So is a challenge
//! that comes again under review: the library tells the same answer from another one, which the compact
//! life cycle does not keep.

use crate::by_match;
use crate::life::{At, Certificate, Command, Kind, Order, Plan, State};

pub(crate) const PLANS: usize = 50;
pub(crate) const ACCOUNTS: usize = 10;
/// Few, so that their certificates stay in the cache: a fresh one has just been read.
pub(crate) const SUBJECTS: usize = 4;
pub(crate) const MONTHS: usize = 67;
const DAY: i64 = 86_400;
/// 2021-03-01T00:00:00Z; the stream runs into 2026-07.
pub(crate) const START: At = 1_614_556_800;
const SPAN: i64 = 170_000_000;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) at: At,
    pub(crate) slot: u32,
    pub(crate) plan: u16,
    pub(crate) account: u16,
    /// The slot's finished order is set aside first.
    pub(crate) fresh: bool,
    pub(crate) command: Command,
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) slots: usize,
    pub(crate) steps: Vec<Step>,
}

/// Marsaglia's xorshift: the stream must be the same on every machine and in every year.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn percent(&mut self, share: usize) -> bool {
        self.roll(100) < share
    }
}

/// Units bought with a plan; a third of the plans runs out.
pub(crate) const fn units(plan: usize, stream: usize) -> u32 {
    let share = (stream / PLANS) as u32;
    if plan.is_multiple_of(3) {
        share / 12 + 1
    } else {
        share + 1
    }
}

pub(crate) fn plans(commands: usize) -> Vec<Plan> {
    let plan = |id: usize| Plan {
        id: id as u32,
        account: (id % ACCOUNTS) as u32,
        total: units(id, commands),
        ..Plan::default()
    };
    (0..PLANS).map(plan).collect()
}

/// A certificate of a subject, issued in a month of the stream for 90 days.
pub(crate) const fn certificate(subject: usize, month: usize) -> Certificate {
    Certificate {
        // Never zero, which is no certificate.
        id: ((subject + 1) * 1_000 + month) as u64,
        key: subject as u64,
        not_after: not_before(month) + 90 * DAY,
    }
}

pub(crate) const fn not_before(month: usize) -> At {
    START + (month as i64) * 30 * DAY - DAY
}

pub(crate) fn generate(commands: usize, slots: usize) -> Stream {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut orders: Vec<Option<Order>> = vec![None; slots];
    let mut plans = plans(commands);
    let mut subject_of = vec![0_usize; slots];
    let pace = SPAN / commands as i64;
    let mut steps = Vec::with_capacity(commands);
    while steps.len() < commands {
        let number = steps.len();
        let now = START + number as i64 * pace;
        let slot = dice.roll(slots);
        let over = orders[slot]
            .as_ref()
            .is_some_and(|order| match order.state {
                State::Revoked | State::Deleted => true,
                State::Live => now > order.certificate.not_after,
                _ => false,
            });
        let fresh = over && dice.percent(50);
        if fresh {
            orders[slot] = None;
        }
        let order = orders[slot];
        let fitting = fitting(&mut dice, order.as_ref());
        let kind = if dice.percent(77) {
            fitting
        } else {
            Kind::ALL[dice.roll(Kind::ALL.len())]
        };
        let ended =
            order.is_some_and(|order| matches!(order.state, State::Pending | State::Deleted));
        if kind == Kind::Approve && ended {
            continue;
        }
        let command = match kind {
            Kind::Submit => {
                let subject = dice.roll(SUBJECTS);
                if order.is_none() {
                    subject_of[slot] = subject;
                }
                Command::Submit {
                    order: number as u64 + 1,
                    subject: subject as u32,
                }
            }
            Kind::ReceiveChallenge
                if order.is_some_and(|order| matches!(order.state, State::Validating)) =>
            {
                Command::Wake
            }
            Kind::ReceiveChallenge => {
                // Another key than the order's is seen only once there is one.
                let known = order.is_some_and(|order| order.key.is_some());
                let other = usize::from(known && dice.percent(10));
                Command::ReceiveChallenge {
                    key: (subject_of[slot] + other) as u64,
                }
            }
            Kind::ConfirmDomain => Command::ConfirmDomain,
            Kind::Approve => {
                let month = ((now - START) / (30 * DAY)) as usize;
                let certificate = match order {
                    Some(order) if order.issued_at != 0 && dice.percent(50) => order.certificate,
                    _ if dice.percent(5) => certificate((subject_of[slot] + 1) % SUBJECTS, month),
                    _ if dice.percent(5) => certificate(subject_of[slot], month.saturating_sub(5)),
                    _ => certificate(subject_of[slot], month),
                };
                Command::Approve { certificate }
            }
            Kind::Reject => Command::Reject,
            Kind::Withdraw => Command::Withdraw,
            Kind::Delete => Command::Delete,
            Kind::RequestRevocation => Command::RequestRevocation,
            Kind::CompleteRevocation => Command::CompleteRevocation {
                at: now - dice.roll(20) as i64 * DAY,
            },
            Kind::RefuseRevocation => Command::RefuseRevocation,
            Kind::Wake => Command::Wake,
        };
        let home = slot % PLANS;
        let (mut plan, mut account) = (home, home % ACCOUNTS);
        if order.is_some() {
            match dice.roll(100) {
                0 => account = (account + 1) % ACCOUNTS,
                1 => plan = (plan + ACCOUNTS) % PLANS,
                _ => {}
            }
        }
        let step = Step {
            at: now,
            slot: slot as u32,
            plan: plan as u16,
            account: account as u16,
            fresh,
            command,
        };
        let slot = &mut orders[slot];
        let asked = by_match::decide(slot.as_ref(), &plans[plan], account as u32, &command, now);
        if let Ok(events) = asked {
            for event in &events {
                crate::life::evolve(slot, &mut plans[plan], event);
            }
        }
        steps.push(step);
    }
    Stream { slots, steps }
}

/// Mostly what moves the order on.
fn fitting(dice: &mut Dice, order: Option<&Order>) -> Kind {
    let luck = dice.roll(100);
    let Some(order) = order else {
        return Kind::Submit;
    };
    match order.state {
        State::Verifying if luck < 8 => Kind::Withdraw,
        State::Verifying if order.key.is_some() => Kind::ConfirmDomain,
        State::Verifying => Kind::ReceiveChallenge,
        State::Validating if luck < 12 => Kind::Withdraw,
        State::Validating if luck < 25 => Kind::Reject,
        State::Validating => Kind::Approve,
        State::Failed | State::Pending => Kind::Delete,
        State::Live if luck < 30 => Kind::RequestRevocation,
        State::Live => Kind::Wake,
        State::InReview if luck < 12 => Kind::RefuseRevocation,
        State::InReview | State::Revoked => Kind::CompleteRevocation,
        State::Deleted => Kind::Wake,
    }
}
