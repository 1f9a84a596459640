//! What commands, events, entries of the agenda and gaps are called.

use std::string::{String, ToString};

use crate::lifecycle::{CommandKind, DueKind, GapCause, InstanceEvent, PurchaseEvent};
use crate::model::Timestamp;

use super::text::{Text, Words};
use super::visit::money;

pub(super) const fn command(kind: CommandKind) -> Text {
    match kind {
        CommandKind::BuyPlan => Text::DoBuyPlan,
        CommandKind::Buy => Text::DoBuy,
        CommandKind::Draw => Text::DoDraw,
        CommandKind::Submit => Text::DoSubmit,
        CommandKind::Apply => Text::DoApply,
        CommandKind::Withdraw => Text::DoWithdraw,
        CommandKind::Delete => Text::DoDelete,
        CommandKind::CancelOrder => Text::DoCancelOrder,
        CommandKind::Close => Text::DoClose,
        CommandKind::Merge => Text::DoMerge,
        CommandKind::RequestRevocation => Text::DoRevoke,
        CommandKind::ConfirmRevocation => Text::DoConfirmRevocation,
        CommandKind::Collect => Text::DoCollect,
        CommandKind::DeleteCertificate => Text::DoDeleteCertificate,
        CommandKind::Deploy => Text::DoDeploy,
        CommandKind::Undeploy => Text::DoUndeploy,
        CommandKind::Renew => Text::DoRenew,
        CommandKind::EnableHosting => Text::DoEnableHosting,
        CommandKind::Upload => Text::DoUpload,
        CommandKind::ClaimRefund => Text::DoClaimRefund,
        CommandKind::CancelRefund => Text::DoCancelRefund,
        CommandKind::ReceiveChallenge => Text::DoReceiveChallenge,
        CommandKind::ConfirmDomain => Text::DoConfirmDomain,
        CommandKind::Approve => Text::DoApprove,
        CommandKind::Reject => Text::DoReject,
        CommandKind::CompleteRevocation => Text::DoCompleteRevocation,
        CommandKind::RefuseRevocation => Text::DoRefuseRevocation,
        CommandKind::RecordCaRevocation => Text::DoRecordCaRevocation,
        CommandKind::GrantRefund => Text::DoGrantRefund,
        CommandKind::RefuseRefund => Text::DoRefuseRefund,
        CommandKind::Activate => Text::DoActivate,
        CommandKind::Wake => Text::DoWake,
    }
}

pub(super) fn due(words: Words, kind: DueKind) -> String {
    let plain = |text: Text| words.say(text).to_string();
    match kind {
        DueKind::Notice => plain(Text::DueNotice),
        DueKind::Activation => plain(Text::DueActivation),
        DueKind::NextActivation => plain(Text::DueNextActivation),
        DueKind::PendingExpiration => plain(Text::DuePendingExpiration),
        DueKind::Expiry => plain(Text::DueExpiry),
        DueKind::Opens(kind) => words.fill(Text::DueOpens, &[&words.say(command(kind))]),
        DueKind::Closes(kind) => words.fill(Text::DueCloses, &[&words.say(command(kind))]),
        DueKind::ReturnEnds => plain(Text::DueReturnEnds),
        DueKind::RefundEnds { .. } => plain(Text::DueRefundEnds),
        DueKind::RuleChange(field) => words.fill(Text::DueRuleChange, &[&field.word()]),
        DueKind::Message { days } => words.fill(Text::DueMessage, &[&days]),
        DueKind::GraceEnds => plain(Text::DueGraceEnds),
        DueKind::LastSafeRevocation => plain(Text::DueLastSafeRevocation),
        DueKind::LastSafeClaim => plain(Text::DueLastSafeClaim),
        DueKind::CeilingChange { max_days } => words.fill(Text::DueCeiling, &[&max_days]),
    }
}

/// When an event was, and what.
pub(super) fn event(words: Words, event: &InstanceEvent) -> (Timestamp, String) {
    let plain = |text: Text| words.say(text).to_string();
    match event {
        InstanceEvent::Submitted(own) => (own.at, plain(Text::WasSubmitted)),
        InstanceEvent::Opened(own) => (own.at, plain(Text::WasOpened)),
        InstanceEvent::Applied(own) => (own.at, plain(Text::WasSubmitted)),
        InstanceEvent::Uploaded(own) => (own.at, plain(Text::WasUploaded)),
        InstanceEvent::Closed { at } => (*at, plain(Text::WasClosed)),
        InstanceEvent::Merged { at, .. } => (*at, plain(Text::WasMerged)),
        InstanceEvent::Absorbed { at, .. } => (*at, plain(Text::WasAbsorbed)),
        InstanceEvent::ChainJoined { at, .. } => (*at, plain(Text::WasChained)),
        InstanceEvent::Deployed { target, at, .. } => {
            (*at, words.fill(Text::WasDeployed, &[target]))
        }
        InstanceEvent::Undeployed { target, at } => {
            (*at, words.fill(Text::WasUndeployed, &[target]))
        }
        InstanceEvent::ChallengeReceived { at, .. } => (*at, plain(Text::WasChallenged)),
        InstanceEvent::DomainConfirmed { at } => (*at, plain(Text::WasProved)),
        InstanceEvent::Issued { at, .. } => (*at, plain(Text::WasIssued)),
        InstanceEvent::Rejected { reason, at } => (*at, words.fill(Text::WasRejected, &[reason])),
        InstanceEvent::Withdrawn { at } => (*at, plain(Text::WasWithdrawn)),
        InstanceEvent::Deleted { at } => (*at, plain(Text::WasDeleted)),
        InstanceEvent::Cancelled { at } => (*at, plain(Text::WasCancelled)),
        InstanceEvent::RevocationRequested { reason, at, .. } => {
            (*at, words.fill(Text::WasRevocationAsked, &[&reason.word()]))
        }
        InstanceEvent::RevocationConfirmed { at } => (*at, plain(Text::WasRevocationConfirmed)),
        InstanceEvent::Revoked { reason, at, .. } => {
            (*at, words.fill(Text::WasRevoked, &[&reason.word()]))
        }
        InstanceEvent::RevocationRefused { reason, at } => {
            (*at, words.fill(Text::WasRevocationRefused, &[reason]))
        }
        InstanceEvent::OrphanIssued { at, .. } => (*at, plain(Text::WasOrphaned)),
        InstanceEvent::ExpiryAnnounced { at } => (*at, plain(Text::WasAnnounced)),
    }
}

/// When something happened to the money of a purchase, and what. What is charged is told beside the
/// revocation.
pub(super) fn payment(words: Words, event: &PurchaseEvent) -> Option<(Timestamp, String)> {
    let plain = |text: Text| words.say(text).to_string();
    Some(match event {
        PurchaseEvent::Paid(_)
        | PurchaseEvent::RevocationCharged { .. }
        | PurchaseEvent::RevocationGivenBack { .. } => return None,
        PurchaseEvent::RefundClaimed { at } => (*at, plain(Text::WasClaimed)),
        PurchaseEvent::RefundCancelled { at } => (*at, plain(Text::WasClaimedNoMore)),
        PurchaseEvent::RefundRefused { reason, at } => {
            (*at, words.fill(Text::WasRefundRefused, &[reason]))
        }
        PurchaseEvent::Refunded { cash, at } => {
            (*at, words.fill(Text::RefundPaidBack, &[&money(*cash)]))
        }
    })
}

pub(super) const fn gap(cause: GapCause) -> Text {
    match cause {
        GapCause::NotApplied => Text::GapNotApplied,
        GapCause::DomainUnproved => Text::GapDomainUnproved,
        GapCause::Withdrawn => Text::GapWithdrawn,
        GapCause::UnderReview => Text::GapUnderReview,
        GapCause::Failed => Text::GapFailed,
        GapCause::AutomaticFailed => Text::GapAutomaticFailed,
        GapCause::NotDue => Text::GapNotDue,
        GapCause::Overdue => Text::GapOverdue,
        GapCause::NoSubmission => Text::GapNoSubmission,
        GapCause::Revoked => Text::GapRevoked,
        GapCause::RevocationUnderWay => Text::GapRevocation,
        GapCause::Gone => Text::GapGone,
        GapCause::NotAtHand => Text::GapNotAtHand,
        GapCause::Cancelled => Text::GapCancelled,
        GapCause::Ceiling => Text::GapCeiling,
        GapCause::NoMemberLeft => Text::GapNoMember,
    }
}
