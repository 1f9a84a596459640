//! A certificate at hand: deletion, download, deployment, upload (3.6, 3.14, 3.15,
//!

use alloc::format;
use alloc::vec::Vec;

use super::{
    BEGINNING, CN_API, CN_CONSOLE, IN_FORCE, INTL_API, INTL_CONSOLE, THERE, V2_BEGINNING, clause,
};
use crate::model::{Channel, Site, Status, StatusSet};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{Permission, TargetSet, UploadName};

const CN_V2: Scope = Scope::only(Site::Cn, Channel::ApiV2);
const INTL_V2: Scope = Scope::only(Site::Intl, Channel::ApiV2);

pub(super) fn deletion() -> Vec<Dated<StatusSet>> {
    // While a revocation is under way, nothing is deleted.
    let unneeded = StatusSet::of(&[
        Status::Issued,
        Status::Hosted,
        Status::PendingExpiration,
        Status::Expired,
        Status::Revoked,
    ]);
    let over = StatusSet::of(&[Status::Expired, Status::Revoked]);
    let expired = StatusSet::of(&[Status::Expired]);
    Vec::from([
        // S1's text is older than its day: its Chinese ancestor begins on 2018-11-29.
        clause(BEGINNING, Scope::ALL, Sourced::inferred(unneeded, "S1")),
        clause("2019-04-08", Scope::ALL, Sourced::stated(over, "DL19a")),
        // the two overviews delete issued certificates that are not needed any more.
        clause("2019-08-15", INTL_CONSOLE, Sourced::stated(unneeded, "S1")),
        clause("2019-09-03", CN_CONSOLE, Sourced::stated(over, "DL19b")),
        clause("2021-01-22", INTL_CONSOLE, Sourced::stated(unneeded, "S0")),
        clause("2021-01-28", CN_CONSOLE, Sourced::stated(over, "DL21a")),
        clause("2021-03-08", INTL_CONSOLE, Sourced::stated(over, "DL21a")),
        clause("2021-04-22", CN_CONSOLE, Sourced::stated(over, "DL21b")),
        clause("2021-05-20", INTL_CONSOLE, Sourced::stated(over, "DL21b")),
        // DeleteUserCertificate, English page of the older API.
        clause("2021-04-19", INTL_API, Sourced::stated(expired, "A18 SDK")),
        clause("2021-04-19", CN_API, Sourced::inferred(expired, "A18 SDK")),
        // DeleteInstance names no state; a page of 2026-08 prints another operation's text.
        clause(
            V2_BEGINNING,
            Scope::API_V2,
            Sourced::declared(
                StatusSet::of(&[Status::Expired, Status::Refunded, Status::Closed]),
                "SDK",
            ),
        ),
    ])
}

pub(super) fn deletion_of_uploaded() -> Vec<Dated<StatusSet>> {
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::inferred(THERE, "DL19a")),
        clause("2019-04-08", Scope::ALL, Sourced::stated(THERE, "DL19a")),
        // five weeks of one site. The English page of 2021-01-11 garbles the rule and is not
        // followed.
        clause(
            "2020-12-23",
            CN_CONSOLE,
            Sourced::stated(StatusSet::of(&[Status::Expired]), "DL20"),
        ),
        clause("2021-01-28", CN_CONSOLE, Sourced::stated(THERE, "DL21a")),
        clause("2021-03-08", INTL_CONSOLE, Sourced::stated(THERE, "DL21a")),
        clause("2021-04-19", Scope::API, Sourced::inferred(THERE, "SDK")),
    ])
}

pub(super) fn deletion_of_deployed() -> Vec<Dated<Permission>> {
    let refused = Permission::Refused;
    Vec::from([
        // No older page asks for it.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(Permission::Allowed, "DL19a"),
        ),
        clause("2021-04-22", Scope::CN, Sourced::stated(refused, "DL21b")),
        clause("2021-05-20", Scope::INTL, Sourced::stated(refused, "DL21b")),
    ])
}

pub(super) fn download() -> Vec<Dated<StatusSet>> {
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::inferred(THERE, "S1 S0")),
        // "Issued and expired": that page's console has no state between the two.
        clause("2019-09-19", Scope::INTL, Sourced::stated(THERE, "DW19c")),
        clause("2021-05-28", Scope::CN, Sourced::stated(THERE, "DW21")),
    ])
}

pub(super) fn download_of_uploaded() -> Vec<Dated<Permission>> {
    let refused = Permission::Refused;
    Vec::from([
        // The service of this time is taken to be that of the page of 2019-07-30.
        clause(BEGINNING, Scope::ALL, Sourced::inferred(refused, "DW19b")),
        // one English quick start, for three months.
        clause(
            "2019-04-25",
            Scope::INTL,
            Sourced::stated(Permission::Allowed, "DW19a"),
        ),
        clause("2019-07-30", Scope::ALL, Sourced::stated(refused, "DW19b")),
    ])
}

pub(super) fn deployment() -> Vec<Dated<StatusSet>> {
    let in_force = StatusSet::of(&IN_FORCE);
    Vec::from([
        clause(BEGINNING, Scope::ALL, Sourced::inferred(in_force, "S1 S0")),
        clause("2019-08-15", INTL_CONSOLE, Sourced::stated(in_force, "S1")),
        // "The status must be Issued."
        clause(
            "2026-03-31",
            Scope::ALL,
            Sourced::stated(StatusSet::of(&[Status::Issued, Status::Hosted]), "DP26"),
        ),
    ])
}

pub(super) fn targets() -> Vec<Dated<TargetSet>> {
    let set = TargetSet::of;
    let two = set("CDN SLB");
    let four = set("CDN SLB SCDN DCDN");
    let own = "SAE MSE API-Gateway GA FC OSS WAF ALB NLB CDN DCDN DDoS";
    let others = "Tencent Huawei AWS";
    let with = |more: &str| set(&format!("{own} {more}"));
    let everywhere = with(others);
    let of_china = with(&format!("SLB Live WebHosting VOD CR {others}"));
    Vec::from([
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(two.clone(), "DP18"),
        ),
        clause(
            "2018-11-30",
            Scope::ALL,
            Sourced::stated(two.clone(), "DP18"),
        ),
        clause(
            "2019-03-06",
            Scope::CN,
            Sourced::stated(four.clone(), "DP19a"),
        ),
        clause("2019-04-09", Scope::INTL, Sourced::stated(four, "DP19b")),
        // S1 lists two where the deployment page of its own site lists four.
        clause("2019-08-15", INTL_CONSOLE, Sourced::stated(two, "S1")),
        // The products that hosting deploys to.
        clause(
            "2020-09-15",
            Scope::CN,
            Sourced::stated(set("CDN WAF DCDN DDoS Live"), "HS20"),
        ),
        clause(
            "2021-06-03",
            Scope::ALL,
            Sourced::stated(set("WAF OSS CLB ALB CDN SCDN DCDN Live DDoS"), "DP21"),
        ),
        clause("2024-10-14", Scope::ALL, Sourced::stated(set(own), "DP24")),
        // The docstrings of 2026, taken to begin with V2.
        clause(
            V2_BEGINNING,
            CN_API,
            Sourced::stated(of_china.clone(), "SDK"),
        ),
        clause(V2_BEGINNING, CN_V2, Sourced::stated(of_china, "SDK")),
        clause(
            V2_BEGINNING,
            INTL_API,
            Sourced::stated(everywhere.clone(), "SDK"),
        ),
        clause(V2_BEGINNING, INTL_V2, Sourced::stated(everywhere, "SDK")),
    ])
}

pub(super) fn upload_name() -> Vec<Dated<UploadName>> {
    let ascii = UploadName {
        most_characters: 63,
        any_script: false,
    };
    let any = UploadName {
        any_script: true,
        ..ascii
    };
    Vec::from([
        // The characters are those of the page of 2021, which gives no length; the length is the
        // docstrings'.
        clause(BEGINNING, Scope::ALL, Sourced::inferred(ascii, "UP21 SDK")),
        clause(V2_BEGINNING, Scope::API, Sourced::stated(any, "SDK")),
        clause(V2_BEGINNING, Scope::API_V2, Sourced::stated(any, "SDK")),
    ])
}
