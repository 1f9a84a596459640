//! The modules of the console's page, and the commands they stand for (R-58).
//!
//! Which modules an edition has is a clause of the rulebook
//! ([`Edition::modules`]). An interface greys out what is not offered; whether a command is permitted
//! is [`decide`](crate::lifecycle::decide())'s answer alone, and a page without a button has never
//! kept anyone from the programming interface.
//!
//! ```
//! use cert_lifecycle::lifecycle::CommandKind;
//! use cert_lifecycle::rulebook::Module;
//! use cert_lifecycle::view::modules::{commands, module};
//! assert_eq!(module(CommandKind::Withdraw), Some(Module::Apply));
//! assert_eq!(module(CommandKind::Approve), None);
//! assert!(commands(Module::Upload).eq([CommandKind::Upload]));
//! ```

use crate::lifecycle::CommandKind;
use crate::rulebook::{Edition, Module};

/// The module through which a holder gives a command. The CA's answers and the clock's have none,
/// nor has the answer to the CA's mail about a revocation.
#[must_use]
pub const fn module(command: CommandKind) -> Option<Module> {
    match command {
        CommandKind::BuyPlan
        | CommandKind::Buy
        | CommandKind::Draw
        | CommandKind::Close
        | CommandKind::Merge
        | CommandKind::ClaimRefund
        | CommandKind::CancelRefund => Some(Module::Purchase),
        CommandKind::Submit
        | CommandKind::Apply
        | CommandKind::Withdraw
        | CommandKind::CancelOrder => Some(Module::Apply),
        CommandKind::Delete | CommandKind::DeleteCertificate | CommandKind::RequestRevocation => {
            Some(Module::Revoke)
        }
        CommandKind::Collect => Some(Module::Download),
        CommandKind::Deploy | CommandKind::Undeploy => Some(Module::Deploy),
        CommandKind::Upload => Some(Module::Upload),
        CommandKind::Renew => Some(Module::Renew),
        CommandKind::EnableHosting => Some(Module::Hosting),
        CommandKind::ReceiveChallenge
        | CommandKind::ConfirmDomain
        | CommandKind::Approve
        | CommandKind::Reject
        | CommandKind::ConfirmRevocation
        | CommandKind::CompleteRevocation
        | CommandKind::RefuseRevocation
        | CommandKind::RecordCaRevocation
        | CommandKind::GrantRefund
        | CommandKind::RefuseRefund
        | CommandKind::Activate
        | CommandKind::Wake => None,
    }
}

/// The commands that a module stands for. The view of states and the tabs stand for none.
pub fn commands(of: Module) -> impl Iterator<Item = CommandKind> {
    CommandKind::ALL
        .into_iter()
        .filter(move |&command| module(command) == Some(of))
}

/// Whether the page of an edition offers a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offered {
    /// Yes, in this module.
    Here(Module),
    /// No: the edition's page does not have the module.
    NotYet(Module),
    /// It is not given on the page at all.
    Elsewhere,
}

/// Whether the page of an edition offers a command (R-58).
#[must_use]
pub fn offered(command: CommandKind, edition: &Edition) -> Offered {
    match module(command) {
        None => Offered::Elsewhere,
        Some(module) if edition.modules().value.contains(module) => Offered::Here(module),
        Some(module) => Offered::NotYet(module),
    }
}
