//! L9: what is bound stays bound.

use super::judge::{Check, Held, hold};
use super::kit::{continues, is_over, paid_back, phrase, unit_returned};
use super::words::{Answered, told};
use crate::lifecycle::{Case, Command, CommandKind, Events, Law, Refusal, Why};
use crate::model::time::SECONDS_PER_DAY;
use crate::model::{CertificateInstance, Phase};
use crate::testing::play::Moment;
use crate::testing::strategy::{certificate, every_command};

/// L9: what a purchase, a plan or a submission is bound to decides; another edition at hand is
/// refused or makes no difference, and a later one in force moves no money and no unit.
pub(super) struct Pinning;

type Answer = Result<Events, Refusal>;

/// Whether an answer under another edition is refused as such, or the same.
fn refused_or_same(right: &Answer, answer: &Answer) -> bool {
    match (right, answer) {
        (_, Err(refusal)) if refusal.why() == Why::OtherEdition => true,
        (Ok(right), Ok(answer)) => right[..] == answer[..],
        (Err(_), Err(_)) => true,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    }
}

/// Whether a command is about money that was claimed.
const fn about_money(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::ClaimRefund
            | CommandKind::GrantRefund
            | CommandKind::CancelRefund
            | CommandKind::RefuseRefund
    )
}

fn of_command(moment: &Moment<'_>, command: &Command) -> Held {
    let (now, kind, what) = (moment.now(), command.kind(), phrase(command));
    let case = moment.before.case_for(command, now, &moment.law);
    let law = moment.law_of(&case, Some(kind));
    let decide = |case: &Case<'_>, law: &Law<'_>| moment.machine.decide(case, command, now, law);
    let right = decide(&case, &law);
    let bound = case.purchase.is_some() || case.plan.is_some();
    let goes_on = !matches!(
        kind,
        CommandKind::Apply | CommandKind::Renew | CommandKind::Activate
    );
    let applied = case
        .instance
        .and_then(CertificateInstance::application)
        .is_some();
    for edition in moment.laws.editions() {
        let key = edition.key();
        // Money: by the purchase, the plan, or the chain.
        if bound && edition.digest() != law.money.digest() {
            let mut wrong = law;
            wrong.money = edition;
            let answer = decide(&case, &wrong);
            hold!(
                refused_or_same(&right, &answer),
                "{what}, with {key} for the money: {}; by the edition it is bound to {}",
                Answered(&answer),
                Answered(&right)
            );
        }
        // The application, where there is one that goes on.
        if goes_on && applied && edition.digest() != law.application.digest() {
            let mut wrong = law;
            wrong.application = edition;
            let answer = decide(&case, &wrong);
            hold!(
                refused_or_same(&right, &answer),
                "{what}, with {key} for the application: {}; by the edition it is bound to {}",
                Answered(&answer),
                Answered(&right)
            );
        }
        // Whatever comes into force: as much money, as many units.
        let mut later = law;
        later.conduct = edition;
        let answer = decide(&case, &later);
        hold!(
            !about_money(kind) || right.as_ref().ok() == answer.as_ref().ok(),
            "{what}, with {key} in force: {}; before that {}",
            Answered(&answer),
            Answered(&right)
        );
        if let (Ok(right), Ok(answer)) = (&right, &answer) {
            hold!(
                paid_back(right) == paid_back(answer)
                    && unit_returned(right) == unit_returned(answer),
                "{what}, with {key} in force, moves other money or units: {}; before that: {}",
                told(answer),
                told(right)
            );
        }
    }
    Ok(())
}

/// When a certificate is over is for the edition in force, whatever the order's own says.
fn over_by_the_edition_in_force(moment: &Moment<'_>) -> Held {
    let mut world = moment.before.clone();
    world.set_other(None);
    let case = world.case();
    let Some(own) = case.instance else {
        return Ok(());
    };
    let Phase::Validating(application) = own.phase() else {
        return Ok(());
    };
    // Where the domain is not proved first, the CA may not have named its key yet (T-03).
    let (Some(key), false) = (application.key(), application.names().is_empty()) else {
        return Ok(());
    };
    // Its last second is now, or a second away.
    for seconds in [-1, 0, 1] {
        let last = moment.now().saturating_add(seconds);
        let first = last.saturating_add(-SECONDS_PER_DAY);
        let Some(certificate) = certificate(key, application.names(), first, last) else {
            continue;
        };
        let approve = Command::Approve { certificate };
        for conduct in moment.laws.editions() {
            let law = moment.laws.law(&case, Some(CommandKind::Approve), conduct);
            let over = is_over(conduct, last, moment.now());
            let answer = moment.machine.decide(&case, &approve, moment.now(), &law);
            let told = answer
                .as_ref()
                .is_err_and(|refusal| refusal.why() == Why::CertificateOver);
            let other = answer
                .as_ref()
                .is_err_and(|refusal| refusal.why() != Why::CertificateOver);
            hold!(
                told == over || other,
                "a certificate until {last} is approved at {}, with {} in force: {}",
                moment.now(),
                conduct.key(),
                Answered(&answer)
            );
        }
    }
    Ok(())
}

impl Check for Pinning {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        for command in every_command(moment.before, moment.now(), &moment.law) {
            if continues(command.kind()) {
                of_command(moment, &command)?;
            }
        }
        over_by_the_edition_in_force(moment)
    }
}
