//! Stories, questions and answers in words.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use crate::model::{KeySource, Offset, Origin, Payment, Product, Renewed, Submission, Timestamp};

use super::super::command::Command;
use super::super::event::{ChainEvent, Event, InstanceEvent, PlanEvent, PurchaseEvent};
use super::kit::OTHER_CODE;
use super::{Answer, Example, Question};

/// A width at which a description does not run over the page.
const NAMES_SHOWN: usize = 2;

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.story {
            let at = step.at.in_offset(self.offset);
            writeln!(f, "{at}  {}", doing(&step.command, self.offset))?;
        }
        let at = self.at.in_offset(self.offset);
        let [ours, theirs] = &self.answers;
        writeln!(f, "{at}  {}", asked(&self.question, self.offset))?;
        writeln!(f, "  before: {}", answered(ours, self.offset))?;
        write!(f, "  after:  {}", answered(theirs, self.offset))
    }
}

fn asked(question: &Question, offset: Offset) -> String {
    match question {
        Question::Gives(command) | Question::Asks(command) => {
            format!("{}?", doing(command, offset))
        }
        Question::Looks => "what does the owner see?".to_string(),
        Question::AsksWhen => "when is something due by itself?".to_string(),
    }
}

/// A command as a step: what it asks for, with what matters of its content.
pub(crate) fn doing(command: &Command, offset: Offset) -> String {
    let phrase = command.kind().phrase();
    match command {
        Command::BuyPlan {
            product,
            count,
            payment,
            ..
        } => format!("{phrase}: {count} x {}, {}", named(product), price(payment)),
        Command::Buy(bought) => format!(
            "{phrase}: {} for {}, {}",
            named(&bought.product),
            counted(bought.slots.len(), "year"),
            price(&bought.paid.payment)
        ),
        Command::Submit { submission, .. } => {
            let operation = submission.operation().word();
            format!("{phrase}: {operation} for {}", applied(submission))
        }
        Command::Apply { submission, .. } => format!("{phrase} for {}", applied(submission)),
        Command::Deploy { target, .. } => format!("{phrase} to {target}"),
        Command::Renew { paid, .. } => match paid {
            Some(_) => format!("{phrase}, paid for"),
            None => format!("{phrase}, with a unit of the plan"),
        },
        Command::Upload(upload) => match upload.name.as_str().chars().count() {
            count @ 17.. => format!("{phrase} under a name of {count} characters"),
            _ => format!("{phrase} under the name \"{}\"", upload.name),
        },
        Command::Approve { certificate } => {
            let last = certificate.validity().not_after().in_offset(offset);
            format!("{phrase}: valid until {last}")
        }
        Command::Draw(_)
        | Command::Withdraw
        | Command::Delete
        | Command::CancelOrder
        | Command::Close
        | Command::Merge
        | Command::RequestRevocation { .. }
        | Command::ConfirmRevocation
        | Command::Collect
        | Command::DeleteCertificate
        | Command::Undeploy { .. }
        | Command::EnableHosting(_)
        | Command::ClaimRefund
        | Command::CancelRefund
        | Command::ReceiveChallenge { .. }
        | Command::ConfirmDomain
        | Command::Reject { .. }
        | Command::CompleteRevocation { .. }
        | Command::RefuseRevocation { .. }
        | Command::RecordCaRevocation { .. }
        | Command::GrantRefund
        | Command::RefuseRefund { .. }
        | Command::Activate { .. }
        | Command::Wake => phrase.to_string(),
    }
}

/// `1 year`, `2 years`.
fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

fn named(product: &Product) -> String {
    let free = if product.free { "free " } else { "" };
    let other = if product.code.as_str() == OTHER_CODE {
        " of another product"
    } else {
        ""
    };
    format!("{free}{}{other}", product.class.word())
}

fn price(payment: &Payment) -> &'static str {
    match (payment.cash, payment.voucher, payment.add_on) {
        (0, 0, _) => "for nothing",
        (0, _, _) => "for vouchers",
        (_, 0, false) => "for cash",
        (_, 0, true) => "for cash, with an add-on",
        (_, _, _) => "for cash and vouchers",
    }
}

fn applied(submission: &Submission) -> String {
    let names = match submission.names() {
        [] => "the domain of its request".to_string(),
        names if names.len() > NAMES_SHOWN => format!("{} domains", names.len()),
        names => names
            .iter()
            .map(ToString::to_string)
            .collect::<alloc::vec::Vec<_>>()
            .join(", "),
    };
    let key = match submission.key() {
        KeySource::Own(csr) => format!("a request with {} and {}", csr.key(), csr.hash()),
        KeySource::ServiceMade(kind) => format!("a service-made {kind} key"),
    };
    let method = submission.method().word();
    format!("{names}, {key}, proof by {method}")
}

fn answered(answer: &Answer, offset: Offset) -> String {
    match answer {
        Answer::Refused { rule, why } => format!("refused: {why} ({rule})"),
        Answer::Happens { events, rules } => {
            let what = match events.as_slice() {
                [] => "granted; nothing is left to do".to_string(),
                events => events
                    .iter()
                    .map(|event| happened(event, offset))
                    .collect::<alloc::vec::Vec<_>>()
                    .join("; "),
            };
            let rules: alloc::vec::Vec<_> = rules.iter().map(ToString::to_string).collect();
            format!("{what} ({})", rules.join(", "))
        }
        &Answer::Shows {
            status,
            units_left,
            paid_back,
        } => {
            let status = match status {
                Some(status) => status.to_string(),
                None => "no order".to_string(),
            };
            let left = units_left.map_or_else(String::new, |left| {
                let left = usize::try_from(left).unwrap_or(usize::MAX);
                format!(", {} left", counted(left, "unit"))
            });
            let back = match paid_back {
                0 => String::new(),
                cash => format!(", {cash} minor units paid back"),
            };
            format!("{status}{left}{back}")
        }
        Answer::Due(None) => "never".to_string(),
        Answer::Due(Some(at)) => at.in_offset(offset).to_string(),
    }
}

fn carried(renewed: Option<Renewed>, offset: Offset) -> String {
    match renewed {
        None => String::new(),
        Some(Renewed { carries: None, .. }) => ", a renewal that adds nothing".to_string(),
        Some(Renewed {
            carries: Some(last),
            ..
        }) => format!(", a renewal that goes on after {}", last.in_offset(offset)),
    }
}

fn checked(verify: bool) -> &'static str {
    if verify {
        "the domain is to be proved"
    } else {
        "the CA reviews it at once"
    }
}

fn paid_with(origin: Origin) -> String {
    match origin {
        Origin::Plan(hold) => format!(", its unit {}", hold.state.word()),
        Origin::Purchase(_) | Origin::Uploaded => String::new(),
    }
}

/// An event in a few words.
pub(crate) fn happened(event: &Event, offset: Offset) -> String {
    match event {
        Event::Instance { id, event } => of_instance(id.as_str(), event, offset),
        Event::Plan { event, .. } => match event {
            PlanEvent::Bought(bought) => format!("a plan of {} is bought", bought.count),
            PlanEvent::Reserved { .. } => "a unit is set aside".to_string(),
            PlanEvent::Settled { was_reserved, .. } => {
                let from = if *was_reserved { "set aside" } else { "left" };
                format!("a unit that was {from} is consumed")
            }
            PlanEvent::Returned { .. } => "its unit returns".to_string(),
            PlanEvent::CertificateIssued { .. } => "the plan counts a certificate".to_string(),
            PlanEvent::RevocationCharged { .. } => "the plan counts a revocation".to_string(),
            PlanEvent::RevocationGivenBack { .. } => "the revocation counts no more".to_string(),
            PlanEvent::Refunded { cash, .. } => {
                format!("{cash} minor units paid back for the plan")
            }
        },
        Event::Chain { event, .. } => match event {
            ChainEvent::Linked(linked) => format!("a chain waits with {}", linked.waiting.len()),
            ChainEvent::MemberBegun { .. } => "its turn has come".to_string(),
            ChainEvent::MemberCancelled { .. } => "it leaves the chain".to_string(),
        },
        Event::Purchase { event, .. } => match event {
            PurchaseEvent::Paid(paid) => {
                let count = usize::try_from(paid.count).unwrap_or(usize::MAX);
                format!("{} bought", counted(count, "certificate"))
            }
            PurchaseEvent::RevocationCharged { .. } => {
                "the purchase counts a revocation".to_string()
            }
            PurchaseEvent::RevocationGivenBack { .. } => {
                "the revocation counts no more".to_string()
            }
            PurchaseEvent::RefundClaimed { .. } => "the claim is reviewed".to_string(),
            PurchaseEvent::RefundCancelled { .. } => "the claim is taken back".to_string(),
            PurchaseEvent::RefundRefused { .. } => "the claim is refused".to_string(),
            PurchaseEvent::Refunded { cash, .. } => format!("{cash} minor units paid back"),
        },
    }
}

fn of_instance(id: &str, event: &InstanceEvent, offset: Offset) -> String {
    let shown = |at: Timestamp| at.in_offset(offset);
    let what = match event {
        InstanceEvent::Submitted(begun) => format!(
            "is submitted: {}{}{}",
            checked(begun.verify),
            paid_with(begun.origin),
            carried(begun.renewed, offset)
        ),
        InstanceEvent::Opened(opened) => {
            let how = if opened.waits { "waits" } else { "is open" };
            let (unit, renewed) = (paid_with(opened.origin), carried(opened.renewed, offset));
            format!("{how}{unit}{renewed}")
        }
        InstanceEvent::Applied(applied) => {
            let unit = if applied.settles {
                ", its unit settled"
            } else {
                ""
            };
            format!("is applied for: {}{unit}", checked(applied.verify))
        }
        InstanceEvent::Uploaded(_) => "is uploaded".to_string(),
        InstanceEvent::Closed { .. } => "is closed".to_string(),
        InstanceEvent::Merged { into, .. } => format!("is merged into {into}"),
        InstanceEvent::Absorbed { instance, .. } => format!("takes {instance} in"),
        InstanceEvent::ChainJoined { .. } => "is hosted".to_string(),
        InstanceEvent::Deployed { target, .. } => format!("is deployed to {target}"),
        InstanceEvent::Undeployed { target, .. } => format!("is taken off {target}"),
        InstanceEvent::ChallengeReceived { .. } => "has its challenge".to_string(),
        InstanceEvent::DomainConfirmed { .. } => "has its domain proved".to_string(),
        InstanceEvent::Issued { certificate, .. } => {
            format!(
                "is issued, valid until {}",
                shown(certificate.validity().not_after())
            )
        }
        InstanceEvent::Rejected { .. } => "is rejected".to_string(),
        InstanceEvent::Withdrawn { .. } => "is withdrawn".to_string(),
        InstanceEvent::Deleted { .. } => "is deleted".to_string(),
        InstanceEvent::Cancelled { .. } => "is cancelled".to_string(),
        InstanceEvent::RevocationRequested { confirm, .. } => {
            let next = if *confirm {
                "its holder is asked by mail"
            } else {
                "the CA reviews it"
            };
            format!("is to be revoked: {next}")
        }
        InstanceEvent::RevocationConfirmed { .. } => "is to be revoked indeed".to_string(),
        InstanceEvent::Revoked { unit_returned, .. } => {
            let unit = if *unit_returned {
                " with its unit back"
            } else {
                ""
            };
            format!("is revoked{unit}")
        }
        InstanceEvent::RevocationRefused { .. } => "is not revoked".to_string(),
        InstanceEvent::ExpiryAnnounced { .. } => "is announced to expire".to_string(),
        InstanceEvent::OrphanIssued { .. } => "was issued too late".to_string(),
    };
    format!("{id} {what}")
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;
    use alloc::vec::Vec;

    use super::super::super::command::CommandKind;
    use super::super::super::sample::sample_command;
    use super::*;
    use crate::lifecycle::Law;
    use crate::model::{DomainName, InstanceId, Note, ValidationClass};
    use crate::rulebook::Rulebook;

    fn typical(kind: CommandKind) -> Command {
        let book = Rulebook::published();
        let edition = book.edition("2021-02-api").unwrap();
        let law = Law::single(&edition, book.ceilings());
        sample_command(kind, ValidationClass::Dv, &law).unwrap()
    }

    #[test]
    fn a_long_name_is_counted() {
        let Command::Upload(upload) = typical(CommandKind::Upload) else {
            panic!("another command");
        };
        let under = |name: &str| {
            let upload = crate::lifecycle::Upload {
                name: Note::new(name).unwrap(),
                ..(*upload).clone()
            };
            doing(&Command::Upload(Arc::new(upload)), Offset::UTC)
        };
        let (short, long) = (under("sixteen_letters_"), under("seventeen_letters"));
        assert!(
            short.ends_with("under the name \"sixteen_letters_\""),
            "{short}"
        );
        assert!(long.ends_with("under a name of 17 characters"), "{long}");
    }

    #[test]
    fn more_names_than_fit_are_counted() {
        let Command::Apply { submission, .. } = typical(CommandKind::Apply) else {
            panic!("another command");
        };
        let of = |count: u8| {
            let names: Vec<DomainName> = (0..count)
                .map(|host| DomainName::new(&format!("h{host}.example.com")).unwrap())
                .collect();
            let submission = Submission::for_package(
                names,
                submission.applicant().clone(),
                submission.method(),
                submission.key().clone(),
            );
            applied(&submission.unwrap())
        };
        let begins = |count, words: &str| assert!(of(count).starts_with(words), "{}", of(count));
        begins(1, "h0.example.com, a service-made");
        begins(2, "h0.example.com, h1.example.com, a service-made");
        begins(3, "3 domains, a service-made");
        begins(4, "4 domains, a service-made");
    }

    #[test]
    fn what_a_renewal_adds_is_said() {
        let renewed = |carries| Renewed {
            from: InstanceId::new("old").unwrap(),
            carries,
        };
        assert_eq!(carried(None, Offset::UTC), "");
        assert_eq!(
            carried(Some(renewed(None)), Offset::UTC),
            ", a renewal that adds nothing"
        );
        let last = "2022-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(
            carried(Some(renewed(Some(last))), Offset::UTC),
            ", a renewal that goes on after 2022-01-02T03:04:05Z"
        );
    }
}
