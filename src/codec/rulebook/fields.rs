//! The values of the rulebook's clauses, one line each.
//!
//! Words are written with hyphens, keys with underscores, as `RulebookParts` names its fields.

use alloc::vec::Vec;

use crate::model::{
    Channel, EditionKey, Offset, Operation, Site, Status, StatusSet, Target, TopLevel,
};
use crate::rulebook::{
    AddOn, Anchor, BarredNames, Calendar, CarryOver, ClassSet, CommonNameRule, ConsumeAt,
    Consumption, CsrRule, DayCount, DecisiveAct, ExpiryInstant, ExponentRule, FileForWildcard,
    FreeLimit, GroundSet, HostingYears, LateHosting, LeapDay, MessageRule, Method, Module,
    ModuleSet, NameLimit, NoticeRule, OperationSet, Permission, PlanRefundRule, RefundAct,
    RefundCase, RefundClause, RefundLimit, RefundMargin, RefundRule, RefundTrigger, RenewalResult,
    ReturnAnchor, ReturnDays, Review, ReviewTimes, RevocationGround, RevocationLimit, ShownDays,
    SmallestFactor, SourceKey, Standing, TargetSet, TermRule, Trigger, Unused, UploadName,
    WeakKeyRule, WorkWeek, WorkingDays,
};

use super::MAX_LIST;
use super::node::Node;
use super::place::Place;
use super::value::{
    FileValue, choice, key, member_set, own_words, parsed, quantity, quantity_or, record, word_set,
    words,
};

own_words! {
    AddOn, Anchor, Channel, Module, Operation, Permission, RefundAct, RefundCase, RefundTrigger,
    RenewalResult, ReturnAnchor, Site, Status, Unused,
}

parsed! {
    EditionKey: "a key such as \"2021-02-api\"",
    Offset: "an offset such as \"+08:00\"",
    SourceKey: "a key of a source such as \"S3\"",
    Target: "a cloud product such as \"SLB\"",
    TopLevel: "a top-level domain such as \"jp\"",
}

words! {
    CommonNameRule { AmongAltNames = "among-alt-names", Free = "free" }
    ConsumeAt { Submission = "submission", Issuance = "issuance" }
    DayCount { Dates = "dates", Seconds = "seconds" }
    DecisiveAct {
        RevocationRequested = "revocation-requested",
        RevocationCompleted = "revocation-completed",
    }
    ExpiryInstant { AfterLastSecond = "after-last-second", AtLastSecond = "at-last-second" }
    FileForWildcard { Proves = "proves", ProvesNot = "proves-not" }
    LeapDay { Back = "back", Forward = "forward" }
    Method { EndOfDay = "end-of-day", Rolling = "rolling" }
    RevocationGround {
        SubscriberRequest = "subscriber-request",
        ReasonedRequest = "reasoned-request",
        NotAuthorized = "not-authorized",
        KeyCompromise = "key-compromise",
        KeyComputable = "key-computable",
        DomainProofUnreliable = "domain-proof-unreliable",
        KeyParameters = "key-parameters",
        Misuse = "misuse",
        AgreementViolated = "agreement-violated",
        NameNotLawful = "name-not-lawful",
        MisleadingWildcard = "misleading-wildcard",
        MaterialChange = "material-change",
        MisIssued = "mis-issued",
        Inaccurate = "inaccurate",
        RightToIssueEnded = "right-to-issue-ended",
        PolicyRequires = "policy-requires",
        FlawedKeyMethod = "flawed-key-method",
    }
    RevocationLimit {
        Unlimited = "unlimited",
        PerAccount = "per-account",
        PerProduct = "per-product",
    }
    Standing { Stated = "stated", Inferred = "inferred", Declared = "declared" }
}

quantity! {
    NameLimit { domains }
    SmallestFactor { not_below }
    ReturnDays { days }
}

quantity_or! {
    FreeLimit { per_year } or "unlimited"
    ShownDays { days } or "none"
}

record! {
    BarredNames { always, dv }
    Calendar { offset, remaining, expiry, work_week, leap_day }
    CarryOver { bought, uploaded }
    Consumption { for_package, request, with_csr }
    CsrRule { rsa_min_bits, rsa_max_bits, rsa_step_bits, p256, p384, p521, ed25519, hash_min_bits }
    ExponentRule { min, advised_min, advised_max_bits }
    HostingYears { dv = "dv_years", ov = "ov_years", ev = "ev_years" }
    MessageRule { leads = "lead_days", uploaded }
    NoticeRule { within_days }
    PlanRefundRule { days, method, unused }
    RefundClause { case, add_on, limits, review }
    RefundLimit { anchor, act, days, method }
    RefundMargin { natural = "natural_days", working = "working_days" }
    RefundRule { clauses }
    ReviewTimes { dv, ov, ev }
    TermRule { days }
    Trigger { days, strict }
    UploadName { most_characters, any_script }
    WeakKeyRule { refuses_roca, fermat_rounds }
    WorkingDays { least = "least_working_days", most = "most_working_days" }
}

choice! { LateHosting {
    words { Never = "never", Unexpired = "unexpired" }
    values { LastDays = "last_days", MoreThan = "more_than_days" }
    records {}
} }

choice! { Review {
    words { Instant = "instant" }
    values { WorkingDays = "working_days" }
    records {}
} }

word_set! {
    ClassSet { dv = "DV", ov = "OV", ev = "EV" }
    OperationSet {
        for_package = "CreateCertificateForPackageRequest",
        request = "CreateCertificateRequest",
        with_csr = "CreateCertificateWithCsrRequest",
    }
}

member_set! {
    GroundSet of RevocationGround,
    ModuleSet of Module,
    StatusSet of Status,
}

impl FileValue for TargetSet {
    fn write(&self) -> Node {
        Node::List(self.as_slice().iter().map(FileValue::write).collect())
    }

    fn read(place: Place<'_>) -> Option<Self> {
        let targets = place.set(24, Target::read)?;
        let words: Vec<&str> = targets.iter().map(Target::as_str).collect();
        Some(Self::of(&words.join(" ")))
    }
}

/// The worked weekdays, Monday first.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl FileValue for WorkWeek {
    fn write(&self) -> Node {
        let worked = WEEKDAYS.into_iter().zip(self.0).filter(|(_, works)| *works);
        Node::List(worked.map(|(day, _)| Node::text(day)).collect())
    }

    fn read(place: Place<'_>) -> Option<Self> {
        let days = WEEKDAYS.map(|day| (day, day));
        let worked = place.set(MAX_LIST, |place| place.word(&days))?;
        Some(Self(WEEKDAYS.map(|day| worked.contains(&day))))
    }
}
