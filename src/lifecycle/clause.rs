//! Clauses: the conditions of a command, each with its rule and the window in which it holds.

use core::fmt;

use crate::model::{
    Curve, Day, KeyKind, RsaExponent, SignatureHash, Status, Target, Timestamp, TopLevel,
    ValidationMethod,
};
use crate::rulebook::{Ceiling, Cite, Edition, RefundAct, RuleId, Sourced, Window};

/// One condition of a command: the rule, what it rests on, and when it holds.
///
/// A command is permitted at an instant if every one of its clauses holds there.
#[derive(Clone, Copy, Debug)]
pub struct Clause<'a> {
    /// The rule.
    pub rule: RuleId,
    /// What is the matter outside the window.
    pub why: Why,
    /// What the rule rests on here.
    pub basis: Basis<'a>,
    /// When it holds.
    pub holds: Window,
    /// The day from which a later clause of the rulebook gives another answer, if it does not hold.
    pub changes: Option<Day>,
    /// What to do instead.
    pub way_out: WayOut,
}

/// What a clause rests on.
#[derive(Clone, Copy, Debug)]
pub enum Basis<'a> {
    /// A rule that no edition changes.
    Rule,
    /// A value of the edition that the case is pinned to.
    Pinned(&'a Edition, &'a Cite),
    /// A value of the edition in force at the moment.
    InForce(&'a Edition, &'a Cite),
    /// A ceiling of the CA/Browser Forum.
    Ceiling(&'a Sourced<Ceiling>),
}

/// What is the matter when a clause does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// No such order for this account.
    NoOrder,
    /// The order was deleted.
    OrderDeleted,
    /// No plan of this product for this account.
    NoPlan,
    /// The plan of the case is not the one whose unit is at stake.
    OtherPlan,
    /// The plan was paid back.
    PlanRefunded,
    /// The plan has no unit left.
    NoUnitLeft,
    /// The id is taken already.
    IdTaken,
    /// The edition at hand is not the one that the case is pinned to.
    OtherEdition,
    /// The command does not fit the status.
    Status(Status),
    /// The certificate was issued already.
    AlreadyIssued,
    /// Nothing was issued yet.
    NotIssued,
    /// A revocation is under way already.
    RevocationUnderWay,
    /// No revocation was requested.
    NoRevocation,
    /// The revocation waits for the holder's confirmation.
    RevocationUnconfirmed,
    /// The CA asked for no confirmation of this revocation.
    NothingToConfirm,
    /// The certificate is revoked already.
    AlreadyRevoked,
    /// The certificate expired.
    Expired,
    /// Every revocation of the allowance is used.
    NoRevocationLeft,
    /// The reason is one that only a CA gives.
    ReasonOfCa,
    /// The domain is not proved yet.
    DomainUnproved,
    /// The CA has not said yet how to prove the domain.
    NoChallenge,
    /// The challenge is of another method than the application chose.
    ChallengeMethod(ValidationMethod),
    /// The CA was given another key than the application's.
    OtherKey,
    /// The operation takes DV products only.
    DvOnly,
    /// An OV or EV application names no company.
    NoCompany,
    /// More domains than the edition allows.
    TooManyNames,
    /// A wildcard for a product without, or the other way round.
    NameKind,
    /// A domain is under a top-level domain that is not applied for with this product.
    BarredName(TopLevel),
    /// A file can't prove a wildcard.
    FileForWildcard,
    /// The key is too small or of a kind that is not allowed.
    Key(KeyKind),
    /// The RSA key was not examined, or not as far as the edition asks.
    KeyUnexamined,
    /// The key comes from the flawed generator of CVE-2017-15361.
    RocaKey,
    /// Fermat's method splits the modulus in this round.
    ClosePrimes(u16),
    /// The modulus has this prime factor.
    SmallFactor(u16),
    /// The public exponent is not allowed.
    Exponent(RsaExponent),
    /// The request is signed with a weak hash.
    Hash(SignatureHash),
    /// The request's signature does not verify.
    Possession,
    /// The request's signature could not be checked.
    PossessionUnchecked,
    /// The request has no common name.
    NoCommonName,
    /// The request has more than one common name.
    ManyCommonNames,
    /// The common name is not a domain name.
    CommonNameForm,
    /// The common name is not among the domains that were handed in.
    CommonNameNotNamed,
    /// The common name is not among the subject alternative names.
    CommonNameNotAlternative,
    /// The certificate carries another key than the order's.
    CertificateKey,
    /// The certificate does not carry exactly the order's domains.
    CertificateNames,
    /// The certificate is valid for longer than the ceiling of its date allows.
    AboveCeiling(u16),
    /// The certificate is over before it arrived.
    CertificateOver,
    /// Another certificate was issued for the order already.
    OtherCertificate,
    /// The purchase at hand is not the one that bought the slot.
    OtherPurchase,
    /// The chain at hand is not the instance's.
    OtherChain,
    /// The second instance at hand is not the one that the command is about.
    OtherInstance,
    /// It waits for its turn in the chain, and only the service activates it.
    NotActivated,
    /// It is uploaded, not bought here.
    Uploaded,
    /// The slot ended.
    Ended(Status),
    /// A refund claim is under review.
    RefundUnderWay,
    /// It was paid back.
    Refunded,
    /// No refund was claimed.
    NoRefundClaimed,
    /// Nothing was paid in cash.
    NothingPaid,
    /// The certificate is free of charge.
    Free,
    /// The edition pays nothing back in this condition.
    NoRefundHere,
    /// The refund's window is not open.
    RefundWindow,
    /// The act of the revocation that a refund asks for had to happen before this instant.
    RevokedTooLate(RefundAct, Timestamp),
    /// The application is under way.
    UnderWay,
    /// The certificate is not revoked.
    NotRevoked,
    /// The slot was merged with another one.
    WasMerged,
    /// A later certificate of the chain was applied for.
    ChainMovedOn,
    /// The certificate before it in the chain is being applied for.
    UnderWayBefore,
    /// The purchase was the kind that is not paid back.
    LateHosting,
    /// Units of the plan are used.
    PlanUsed,
    /// So many years are not sold.
    Years(u8),
    /// The slots don't fit the purchase: one a year, a chain from the second year on, ids once.
    Slots,
    /// It is hosted: a later certificate of the chain waits.
    Hosted,
    /// Hosting is there already.
    AlreadyHosted,
    /// Hosting can't be enabled for it now.
    HostingWindow,
    /// Another member of the chain comes first.
    NotNext,
    /// The certificate before it in the chain is revoked or gone.
    NoPredecessor,
    /// The certificate before it in the chain is not issued yet.
    UnissuedBefore,
    /// The application for the certificate before it in the chain failed.
    FailedBefore,
    /// The certificate before it is not due yet.
    NotDue,
    /// The chain has nothing to apply with.
    NoSubmission,
    /// It can't be renewed now.
    RenewalWindow,
    /// The certificate is for several domains.
    SeveralNames,
    /// The product at hand is another one.
    OtherProduct,
    /// The name of an uploaded certificate is not of the allowed form.
    UploadName,
    /// The name of an uploaded certificate is taken.
    NameTaken,
    /// The key does not belong to the certificate.
    KeyMismatch,
    /// Certificates are not deployed to this product.
    OtherTarget(Target),
    /// The key is with the holder, not with the service.
    KeyNotHeld,
    /// The certificate does not cover the domain.
    DomainNotCovered,
    /// It is not deployed there.
    NotDeployed,
    /// It is deployed.
    Deployed,
    /// It is deployed to as many places as are kept.
    TooManyDeployments,
    /// The slot holds a unit of a plan; it was not bought by itself.
    HoldsUnit,
    /// The slot was bought by itself; it is no order of a plan.
    HoldsNoUnit,
    /// Slots are not closed.
    NoClosing,
    /// Two slots of these products are not merged.
    NotMergeable,
    /// The other slot of the command is in a status that it does not fit.
    OtherStatus(Status),
    /// A slot of a plan or of a chain is not merged.
    NotSingle,
    /// The year's free certificates are taken.
    NoFreeLeft,
    /// The purchase is claimed for with its first certificate.
    NotFirst,
    /// Another challenge, or another key, was received before.
    ChallengeThere,
    /// No such instance for this account.
    NoInstance,
    /// The instance was deleted.
    InstanceDeleted,
    /// The command does not fit the instance's status, which the refusal tells.
    InstanceStatus,
    /// The instance has no such certificate.
    NoCertificate,
    /// An application is under way.
    ApplicationUnderWay,
    /// No application is under way.
    NoApplication,
    /// The application's task has not succeeded yet.
    TaskUnfinished,
    /// Nothing was stored to apply with.
    NoData,
    /// The stored data names no contact.
    NoContact,
    /// The stored data names neither a domain nor a signing request.
    NoName,
    /// The stored data has no signing request, and says that there is one.
    NoCsr,
    /// The instance is over.
    TermOver,
    /// What is bought ends before it begins.
    EndsBeforeItBegins,
    /// The certificate is under automatic reissue.
    HostingEnabled,
    /// No way to get money back fits what was issued and revoked.
    NotRefundable,
    /// A certificate is not revoked yet.
    Unrevoked,
    /// A certificate was issued, and the stored data stands.
    DataStands,
}

impl fmt::Display for Why {
    #[expect(clippy::too_many_lines, reason = "one line a reason")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Status(status) => return write!(f, "the order's status is {status}"),
            Self::ChallengeMethod(method) => {
                return write!(
                    f,
                    "the challenge is of the method {}, which the application did not choose",
                    method.word()
                );
            }
            Self::Key(KeyKind::Ec(Curve::Other)) => "the key is on a curve that is not allowed",
            Self::Key(key) => {
                return write!(f, "the key is {key}, which is too small or not allowed");
            }
            Self::ClosePrimes(round) => {
                return write!(
                    f,
                    "the primes of the key lie so close together that round {round} of Fermat's method finds them"
                );
            }
            Self::SmallFactor(factor) => {
                return write!(f, "the modulus of the key can be divided by {factor}");
            }
            Self::Exponent(exponent) => {
                return write!(
                    f,
                    "the public exponent of the key is {exponent}, which is not allowed"
                );
            }
            Self::Hash(hash) => {
                return write!(
                    f,
                    "the signing request is signed with {hash}, which is not strong enough"
                );
            }
            Self::AboveCeiling(days) => {
                return write!(
                    f,
                    "the certificate is valid for longer than the {days} days that its date of issuance allows"
                );
            }
            Self::RevokedTooLate(act, until) => {
                return write!(f, "{} before {until}", had_to(*act));
            }
            Self::NoOrder => "there is no such order",
            Self::OrderDeleted => "the order was deleted",
            Self::NoPlan => "no resource plan of this product was bought",
            Self::OtherPlan => "the plan at hand is not the one that the order drew from",
            Self::PlanRefunded => "the resource plan was paid back",
            Self::NoUnitLeft => "the resource plan has no unit left",
            Self::IdTaken => "the id is taken",
            Self::OtherEdition => "the edition at hand is not the one that it is pinned to",
            Self::AlreadyIssued => "a certificate was issued",
            Self::NotIssued => "no certificate is issued yet",
            Self::RevocationUnderWay => "its revocation is under way",
            Self::NoRevocation => "no revocation was requested",
            Self::RevocationUnconfirmed => "its holder has not confirmed the revocation yet",
            Self::NothingToConfirm => "the CA asked for no confirmation of this revocation",
            Self::AlreadyRevoked => "the certificate is revoked",
            Self::Expired => "the certificate expired",
            Self::NoRevocationLeft => "as many revocations are used as certificates were bought",
            Self::ReasonOfCa => "only a CA gives this reason",
            Self::DomainUnproved => "the domain is not proved yet",
            Self::NoChallenge => "the CA has not said yet how to prove the domain",
            Self::OtherKey => "the CA was given another key than the application's",
            Self::DvOnly => {
                "the operation is for domain validated products, and this product is not"
            }
            Self::NoCompany => "the application names no company",
            Self::TooManyNames => "the application names more domains than are allowed",
            Self::NameKind => {
                "the domains don't fit the product: single names for a single one, wildcards for a wildcard one"
            }
            Self::BarredName(top) => {
                return write!(
                    f,
                    "a domain under .{top} is not applied for with this product"
                );
            }
            Self::FileForWildcard => "a file does not prove a wildcard",
            Self::KeyUnexamined => {
                "the RSA key was not examined for known weaknesses as far as is asked"
            }
            Self::RocaKey => {
                "the key comes from a flawed generator (ROCA), so that others can compute its private half"
            }
            Self::Possession => {
                "the signature of the signing request does not verify, so it proves no possession of the key"
            }
            Self::PossessionUnchecked => {
                "the signature of the signing request is of a kind that can't be checked"
            }
            Self::NoCommonName => "the signing request has no common name",
            Self::ManyCommonNames => "the signing request has more than one common name",
            Self::CommonNameForm => "the common name of the signing request is not a domain name",
            Self::CommonNameNotNamed => {
                "the common name of the signing request is not among the domains of the application"
            }
            Self::CommonNameNotAlternative => {
                "the common name of the signing request is not among its subject alternative names"
            }
            Self::CertificateKey => "the certificate carries another key than the order's",
            Self::CertificateNames => "the certificate does not carry exactly the order's domains",
            Self::CertificateOver => "the certificate is over",
            Self::OtherCertificate => "another certificate was issued for the order",
            Self::Ended(status) => return write!(f, "the slot is {status}"),
            Self::Years(years) => return write!(f, "hosting for {years} years is not sold"),
            Self::OtherTarget(target) => {
                return write!(f, "certificates are not deployed to {target}");
            }
            Self::OtherPurchase => "the purchase at hand is not the one that bought the slot",
            Self::OtherChain => "the chain at hand is not the one that it is a member of",
            Self::OtherInstance => "the second instance at hand is not the one that this is about",
            Self::NotActivated => "it waits for its turn in the chain",
            Self::Uploaded => "the certificate was uploaded, not bought here",
            Self::RefundUnderWay => "a refund claim is under review",
            Self::Refunded => "it was paid back",
            Self::NoRefundClaimed => "no refund was claimed",
            Self::NothingPaid => "nothing was paid in cash",
            Self::Free => "the certificate is free of charge",
            Self::NoRefundHere => "nothing is paid back in this condition",
            Self::RefundWindow => "the time for a refund is over",
            Self::UnderWay => "the application is under way",
            Self::NotRevoked => "the certificate is issued and not revoked",
            Self::WasMerged => "the slot was merged with another one",
            Self::ChainMovedOn => "a later certificate of the chain was applied for",
            Self::UnderWayBefore => "the certificate before it in the chain is being applied for",
            Self::LateHosting => "what was bought by enabling hosting later is not paid back",
            Self::PlanUsed => "units of the plan are used",
            Self::Slots => {
                "the slots don't fit the purchase: one a year, a chain from the second on, every id once"
            }
            Self::Hosted => "the certificate is hosted",
            Self::AlreadyHosted => "hosting is enabled already",
            Self::HostingWindow => "hosting is not enabled for it at this time",
            Self::NotNext => "another member of the chain comes first",
            Self::NoPredecessor => "the certificate before it in the chain is revoked or gone",
            Self::UnissuedBefore => "the certificate before it in the chain is not issued yet",
            Self::FailedBefore => {
                "the application for the certificate before it in the chain failed"
            }
            Self::NotDue => "the certificate before it in the chain is not due yet",
            Self::NoSubmission => "there is no application whose data the next one could take",
            Self::SeveralNames => "the certificate is for several domains",
            Self::RenewalWindow => "no renewal is offered in this state",
            Self::OtherProduct => "the product is another one than the certificate's",
            Self::UploadName => "the name is not of the allowed form",
            Self::NameTaken => "another uploaded certificate has this name",
            Self::KeyMismatch => "the key does not belong to the certificate",
            Self::KeyNotHeld => "the key is with its holder, not with the service",
            Self::DomainNotCovered => "the certificate does not cover the domain",
            Self::NotDeployed => "the certificate is not deployed there",
            Self::Deployed => "the certificate is deployed to a cloud product",
            Self::TooManyDeployments => "the certificate is deployed to as many places as are kept",
            Self::HoldsUnit => "the slot holds a unit of a plan, and was not bought by itself",
            Self::HoldsNoUnit => "the slot was bought by itself, and holds no unit of a plan",
            Self::NoClosing => "no slot is closed under this edition",
            Self::OtherStatus(status) => {
                return write!(f, "the status of the other slot is {status}");
            }
            Self::NotSingle => "a slot of a plan or of a chain is not merged",
            Self::NotMergeable => "slots of these products are not merged",
            Self::NotFirst => "the price is claimed with the first certificate of the purchase",
            Self::ChallengeThere => "another challenge or key was received before",
            Self::NoFreeLeft => "the free certificates of this year are taken",
            Self::NoInstance => "there is no such instance",
            Self::InstanceDeleted => "the instance was deleted",
            Self::InstanceStatus => "the instance's status does not allow it",
            Self::NoCertificate => "the instance has no such certificate",
            Self::ApplicationUnderWay => "an application is under way",
            Self::NoApplication => "no application is under way that this could belong to",
            Self::TaskUnfinished => "the application's task has not succeeded yet",
            Self::NoData => "nothing is stored to apply with",
            Self::NoContact => "the stored data names no contact",
            Self::NoName => "the stored data names neither a domain nor a signing request",
            Self::NoCsr => "the stored data is to bring a signing request, and has none",
            Self::TermOver => "the instance's own term is over",
            Self::EndsBeforeItBegins => "what is bought would end before it begins",
            Self::HostingEnabled => "automatic reissue is enabled",
            Self::NotRefundable => "its edition pays this back no more, or not at all",
            Self::Unrevoked => "a certificate of the instance is not revoked",
            Self::DataStands => "a certificate was issued with the stored data",
        };
        f.write_str(text)
    }
}

/// What had to happen in time, for [`Why::RevokedTooLate`].
pub(super) const fn had_to(act: RefundAct) -> &'static str {
    match act {
        RefundAct::Claim => "the refund had to be claimed",
        RefundAct::RevocationRequested => "the revocation had to be requested",
        RefundAct::RevocationCompleted => "the revocation had to be completed",
    }
}

/// What to do instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WayOut {
    /// Nothing helps.
    None,
    /// Look the order up again.
    CheckOrder,
    /// Buy a plan of the product.
    BuyPlan,
    /// Buy more, or delete or cancel orders without a certificate, where that is allowed.
    FreeUnits,
    /// Delete or cancel orders without a certificate, where that is allowed: their units return.
    ReturnUnits,
    /// Have the plan's certificates revoked while that brings their units back.
    RevokeUnits,
    /// Both: end the orders without a certificate, and have the certificates revoked in time.
    ReturnAllUnits,
    /// Use a new id.
    NewId,
    /// Load the edition of the order's pin.
    LoadPinned,
    /// Withdraw the application, then delete the order.
    WithdrawThenDelete,
    /// Withdraw the application.
    Withdraw,
    /// Delete the order.
    Delete,
    /// Delete the order and create a new one.
    DeleteAndCreate,
    /// Revoke the certificate, which may give its unit back.
    Revoke,
    /// Revoke the certificate, which holds no unit.
    RevokeOnly,
    /// Wait for the CA.
    AwaitCa,
    /// Wait for the answer to the revocation.
    AwaitRevocation,
    /// Answer the CA's mail.
    ConfirmByMail,
    /// Prove the domain.
    ProveDomain,
    /// Buy and apply anew.
    ApplyAnew,
    /// Give another reason, or none.
    OtherReason,
    /// Use the operation that takes every class.
    UseForPackage,
    /// Hand in a corrected application.
    CorrectApplication,
    /// Hand in an application for the next one.
    HandInApplication,
    /// Hand in a new signing request.
    NewCsr,
    /// Prove the domain in the DNS.
    UseDns,
    /// The CA must answer again.
    Reissue,
    /// Apply again with the same slot.
    Resubmit,
    /// Apply again with the slot before it in the chain, whose application failed.
    ResubmitBefore,
    /// Apply with the slot.
    Apply,
    /// Cancel it, which gives its unit back.
    Cancel,
    /// Cancel it before its turn in the chain.
    CancelMember,
    /// Cancel the chain's members that wait, then revoke.
    CancelMembers,
    /// Cancel the chain's members that wait, then revoke in time; then the refund is claimed, or paid.
    CancelMembersFirst,
    /// Take the refund claim back.
    CancelRefund,
    /// Wait for the answer to the refund claim.
    AwaitRefund,
    /// Withdraw, then claim the refund.
    WithdrawFirst,
    /// Revoke, then claim the refund by the deadline.
    RevokeFirst,
    /// Revoke in time, then claim the refund, which has no deadline.
    RevokeInTime,
    /// Revoke in time: that pays the refund.
    RevokeForRefund,
    /// Wait until the service activates it.
    AwaitActivation,
    /// Choose another number of years.
    OtherYears,
    /// Take it off the cloud products first.
    UndeployFirst,
    /// Choose another name.
    OtherName,
    /// Choose another cloud product.
    OtherTarget,
    /// Install it by hand.
    InstallByHand,
    /// Upload the key that belongs to it.
    OtherKey,
    /// Hand in every part of the read set.
    LoadAll,
    /// Delete the certificate.
    DeleteCertificate,
    /// Take it off the cloud products, then delete the certificate.
    UndeployThenDelete,
    /// Delete the certificate once it is expired, from this instant on.
    DeleteOnceExpired(Timestamp),
    /// Claim with the first certificate of the purchase.
    ClaimOnFirst,
    /// Look the instance up again.
    CheckInstance,
    /// Complete the stored data.
    UpdateData,
    /// Cancel the application under way.
    CancelApplication,
    /// Buy a new instance.
    BuyInstance,
    /// Switch automatic reissue off.
    DisableHosting,
    /// Wait for the application's task.
    AwaitTask,
}

impl WayOut {
    /// The advice in words, without its date ([`from`](Self::from)); none if nothing helps.
    #[must_use]
    pub const fn phrase(self) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::CheckOrder => "look up the order's id under the account that created it",
            Self::BuyPlan => "buy a resource plan of this product",
            Self::FreeUnits => {
                "buy another plan, or delete or cancel orders without a certificate where that is allowed: their units return"
            }
            Self::ReturnUnits => {
                "delete or cancel the orders without a certificate where that is allowed: their units return"
            }
            Self::RevokeUnits => {
                "first have the certificate revoked while that brings its unit back, then claim the refund, by its deadline if it has one"
            }
            Self::ReturnAllUnits => {
                "delete or cancel the orders without a certificate where that is allowed, and have the certificates revoked while that brings their units back"
            }
            Self::NewId => "use an id that was never used",
            Self::LoadPinned => "resolve the edition that it is pinned to",
            Self::WithdrawThenDelete => {
                "first withdraw the application, then delete the order: its unit returns"
            }
            Self::Withdraw => "withdraw the application",
            Self::Delete => "delete the order: its unit returns",
            Self::DeleteAndCreate => "delete the order, whose unit returns, and create a new one",
            Self::Revoke => "revoke the certificate, whose unit returns only inside its window",
            Self::RevokeOnly => "revoke the certificate",
            Self::AwaitCa => "wait for the CA's answer",
            Self::AwaitRevocation => "wait for the CA to decide on the revocation",
            Self::ConfirmByMail => "let the holder answer the CA's mail",
            Self::ProveDomain => "prove the domain as the challenge says",
            Self::ApplyAnew => "buy and apply for a new certificate",
            Self::OtherReason => "give another reason, or none",
            Self::UseForPackage => {
                "use CreateCertificateForPackageRequest, which takes every class"
            }
            Self::CorrectApplication => "hand in a corrected application",
            Self::HandInApplication => "hand in what the next one is to be applied for with",
            Self::NewCsr => {
                "make a new signing request, with a new key where the key is the matter"
            }
            Self::UseDns => "prove the domain in the DNS",
            Self::Reissue => "have the CA answer again, with what fits the order",
            Self::Resubmit => "correct the application and submit it again with the same slot",
            Self::ResubmitBefore => {
                "correct the application that failed before it in the chain and submit it again"
            }
            Self::Apply => "apply with the slot",
            Self::Cancel => "cancel the pending order: its unit returns",
            Self::CancelMember => "cancel it before its turn",
            Self::CancelMembers => {
                "first cancel the members of its chain that are not activated, then revoke the certificate"
            }
            Self::CancelMembersFirst => {
                "first cancel the members of its chain that are not activated, then have the certificate revoked in time; the refund is claimed after that, unless it comes with the revocation"
            }
            Self::CancelRefund => "take the refund claim back first",
            Self::AwaitRefund => "wait for the vendor to decide on the claim, or take it back",
            Self::WithdrawFirst => "first withdraw the application, then claim the refund",
            Self::RevokeFirst => {
                "first have the certificate revoked, then claim the refund, both while its window is open"
            }
            Self::RevokeInTime => {
                "first have the certificate revoked while the window for that is open, then claim the refund"
            }
            Self::RevokeForRefund => {
                "have the certificate revoked while the window for that is open: the price comes back with it"
            }
            Self::AwaitActivation => {
                "wait: the service activates and submits it when the one before it comes due"
            }
            Self::OtherYears => "buy a number of years that is sold, or one year without hosting",
            Self::UndeployFirst => "first take it off the cloud products",
            Self::OtherName => "choose another name",
            Self::OtherTarget => "choose a product of the list in force",
            Self::InstallByHand => "install it by hand where its key is, or upload it with its key",
            Self::OtherKey => "upload the key that belongs to the certificate",
            Self::LoadAll => "look the case up again, with all that belongs to it",
            Self::ClaimOnFirst => "claim with the first certificate of the purchase",
            Self::DeleteCertificate => "delete the certificate itself",
            Self::UndeployThenDelete => {
                "first take it off the cloud products, then delete the certificate itself"
            }
            Self::DeleteOnceExpired(_) => "delete the certificate itself, once it is expired",
            Self::CheckInstance => "look up the instance's id under the account that bought it",
            Self::UpdateData => "store the complete data, then apply",
            Self::CancelApplication => "first cancel the application",
            Self::BuyInstance => "buy a new instance",
            Self::DisableHosting => "first switch automatic reissue off",
            Self::AwaitTask => "wait until the application's task has succeeded",
        })
    }

    /// The instant from which it is open, where that is to come.
    #[must_use]
    pub const fn from(self) -> Option<Timestamp> {
        if let Self::DeleteOnceExpired(from) = self {
            Some(from)
        } else {
            None
        }
    }
}
