//! One pass for an instruction counter: every kind of command in a function of its own, accepted and
//! refused apart, so that a profile by function is a table by command.

use std::hint::black_box;

use cert_lifecycle::lifecycle::{Case, Command, Events, Law, decide};
use cert_lifecycle::model::{CertificateInstance, ResourcePlan, Timestamp};

use crate::contender::Contender;
use crate::ours::{Ours, fold};
use crate::stream::Stream;

/// Folds the events of a decision.
#[inline(never)]
#[unsafe(no_mangle)]
fn count_evolve(
    instance: &mut Option<CertificateInstance>,
    plan: &mut Option<ResourcePlan>,
    events: &Events,
) {
    for event in events {
        fold(instance, plan, event);
    }
}

/// Declares a function for every kind, with a name that a profile shows as it stands here. Each
/// decides, looks at the answer and lets go of it, and uses its number, so that the compiler doesn't
/// fold them into one.
macro_rules! kinds {
    ($($number:literal $name:ident $kind:pat,)*) => {
        $(
            #[inline(never)]
            #[unsafe(no_mangle)]
            fn $name(case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) {
                black_box($number);
                black_box(&decide(case, command, now, law));
            }
        )*

        /// Counts a command under its kind.
        fn by_kind(
            calls: &mut [(&'static str, u64)],
            (case, command): (&Case<'_>, &Command),
            now: Timestamp,
            law: &Law<'_>,
        ) {
            match command {
                $($kind => {
                    calls[$number] = (stringify!($name), calls[$number].1 + 1);
                    $name(case, command, now, law);
                })*
                _ => {}
            }
        }
    };
}

kinds! {
    0 count_submit Command::Submit { .. },
    1 count_receive_challenge Command::ReceiveChallenge { .. },
    2 count_confirm_domain Command::ConfirmDomain,
    3 count_approve Command::Approve { .. },
    4 count_reject Command::Reject { .. },
    5 count_withdraw Command::Withdraw,
    6 count_delete Command::Delete,
    7 count_request_revocation Command::RequestRevocation { .. },
    8 count_complete_revocation Command::CompleteRevocation { .. },
    9 count_refuse_revocation Command::RefuseRevocation { .. },
    10 count_wake Command::Wake,
}

/// A refused command, whatever it asked for.
#[inline(never)]
#[unsafe(no_mangle)]
fn count_refused(case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) {
    black_box(&decide(case, command, now, law));
}

/// Runs the stream once, and prints how often each function was called.
pub(crate) fn by_command(stream: &Stream) {
    let steps = Ours::steps(stream);
    let mut ours = Ours::new(stream);
    let mut calls = [("", 0_u64); 11];
    let (mut refused, mut folded) = (0_u64, 0_u64);
    for step in &steps {
        ours.step(step, |case, command, now, law| {
            let decided = decide(case, command, now, law);
            match &decided {
                Ok(events) => {
                    by_kind(&mut calls, (case, command), now, law);
                    let (mut instance, mut plan) = (case.instance.cloned(), case.plan.cloned());
                    folded += 1;
                    count_evolve(&mut instance, &mut plan, events);
                }
                Err(_) => {
                    refused += 1;
                    count_refused(case, command, now, law);
                }
            }
            decided
        });
    }
    for (name, calls) in calls {
        println!("calls {name} {calls}");
    }
    println!("calls count_refused {refused}");
    println!("calls count_evolve {folded}");
}
