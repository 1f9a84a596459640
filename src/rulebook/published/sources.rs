//! The documents that clauses and rules rest on, and our own choices.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::rulebook::source::{SourceKey, SourceRecord};

pub(super) fn sources() -> Vec<SourceRecord> {
    SOURCES
        .iter()
        .filter_map(|(key, date, title)| {
            Some(SourceRecord {
                key: SourceKey::new(key).ok()?,
                title: (*title).to_string(),
                date: (*date).to_string(),
            })
        })
        .collect()
}

/// Key, date, title.
const SOURCES: &[(&str, &str, &str)] = &[
    (
        "S0",
        "undated, 2020-11 to 2021-02",
        "console overview, English",
    ),
    (
        "S1",
        "2019-08-15",
        "User Guide: Overview, English, international site",
    ),
    (
        "S2",
        "undated, 2022 or 2023",
        "Enable certificate hosting, English",
    ),
    (
        "S3",
        "2021-02-26",
        "the flow of applying for a certificate by API, Chinese (API 2020-04-07)",
    ),
    (
        "S4",
        "undated, 2022-11 to 2024",
        "CreateCertificateWithCsrRequest, English (API 2020-04-07)",
    ),
    (
        "A18",
        "2019-07 to 2021-04",
        "API 2018-07-13, pages of the operations",
    ),
    (
        "A20",
        "2020-12-31",
        "API 2020-04-07, pages of the operations",
    ),
    (
        "A21",
        "2021-02-26",
        "API 2020-04-07, pages of the operations",
    ),
    (
        "A24",
        "2024-06 to 2024-12",
        "API 2020-04-07, pages of the operations, English",
    ),
    (
        "A25",
        "2025-12-23",
        "API 2020-04-07, new summary of CancelCertificateForPackageRequest",
    ),
    (
        "A26",
        "2026-01 to 2026-08",
        "API 2020-04-07, current pages of the operations",
    ),
    ("AP20", "2020-09-15", "submitting a certificate application"),
    (
        "AP21a",
        "2021-01-28",
        "submitting a certificate application",
    ),
    (
        "AP21b",
        "2021-04-22",
        "submitting a certificate application",
    ),
    (
        "AP21c",
        "2021-06-08",
        "submitting a certificate application",
    ),
    (
        "BR",
        "2026-05-04",
        "CA/Browser Forum TLS Baseline Requirements",
    ),
    (
        "CL18",
        "2018-11-29 to 2019-03-07",
        "User Guide: Overview, Chinese, with closed slots in the list of states",
    ),
    (
        "DL19a",
        "2019-04-08",
        "questions about deleting certificates",
    ),
    (
        "DL19b",
        "2019-09-03",
        "questions about deleting certificates",
    ),
    (
        "DL20",
        "2020-12-23",
        "questions about the limits of revoking and deleting",
    ),
    (
        "DL21a",
        "2021-01-28, English 2021-03-08",
        "questions about the limits of revoking and deleting",
    ),
    (
        "DL21b",
        "2021-04-22, English 2021-05-20",
        "deleting SSL certificates",
    ),
    (
        "DP18",
        "2018-11-30",
        "deploying certificates to cloud products",
    ),
    (
        "DP19a",
        "2019-03-06",
        "deploying certificates to cloud products",
    ),
    (
        "DP19b",
        "2019-04-09",
        "deploying certificates to cloud products, English",
    ),
    (
        "DP21",
        "2021-06-03",
        "deploying certificates to cloud products",
    ),
    (
        "DP24",
        "2024-10-14",
        "help page on deploying to cloud products",
    ),
    (
        "DP26",
        "2026-03-31",
        "help page on deploying to cloud products",
    ),
    (
        "DV21",
        "2021-05-20",
        "announcement: file validation of wildcards ends on 2021-09-21",
    ),
    (
        "DW19a",
        "2019-04-25",
        "quick start, English: uploaded certificates are downloaded",
    ),
    (
        "DW19b",
        "2019-07-30",
        "downloading certificates: not uploaded ones",
    ),
    ("DW19c", "2019-09-19", "downloading certificates, English"),
    ("DW21", "2021-05-28", "downloading certificates"),
    (
        "FA19a",
        "2019-06-20",
        "questions about buying and renewing, English",
    ),
    (
        "FA19b",
        "2019-08-28",
        "questions about expired certificates",
    ),
    ("FR21", "2021-04-30", "free certificates"),
    (
        "FRA21",
        "2021-01-13",
        "announcement about free certificates",
    ),
    ("HS20", "2020-09-15", "the certificate hosting service"),
    (
        "HS21a",
        "2020-12-31",
        "the certificate package: counts and hostings",
    ),
    (
        "HS21b",
        "2021-01-21",
        "enabling hosting for a newly applied certificate",
    ),
    ("HS21c", "2021-05-07", "enabling certificate hosting"),
    ("HS21d", "2021-06-15", "buying the hosting service"),
    (
        "HS24",
        "undated, 2024",
        "help page: enable certificate hosting",
    ),
    (
        "HS26",
        "2026-03-31",
        "help pages: certificate hosting, and purchase a hosted service (V2.0)",
    ),
    ("MG21", "2021-06-08", "merging certificate applications"),
    (
        "NT19",
        "2019-08-26",
        "how to receive a notice that a certificate expires",
    ),
    (
        "NT21",
        "2021-06-03",
        "billing methods: the message before the end of the service",
    ),
    (
        "NT24",
        "2024-04-16, 2024-11-13",
        "help page on custom messages",
    ),
    ("NT26", "2026-03-31", "help page on custom messages"),
    ("QP21", "undated, 2021", "quick purchase of certificates"),
    ("RF18", "2018-06-09, English 2018-06-12", "refunds"),
    ("RF19a", "2019-03-07", "refunds"),
    ("RF19b", "2019-04-16, English 2019-08-06", "refunds"),
    ("RF19c", "2019-09-05", "refunds"),
    ("RF20a", "2020-09-15", "refunds of SSL certificates"),
    (
        "RF20b",
        "2020-12-08",
        "refunds of SSL certificates, the first of the day's two versions",
    ),
    (
        "RF20c",
        "2020-12-08 to 2021-01-27, English 2020-12-30 to 2021-03-12",
        "refunds of SSL certificates",
    ),
    (
        "RF21a",
        "2021-04-19",
        "refunds of SSL certificates by order, China site",
    ),
    (
        "RF21b",
        "2021-07-12",
        "refunds of SSL certificates, China site: 7 or 30 days",
    ),
    (
        "RF21c",
        "2021-07-14",
        "refunds of SSL certificates, China site: 7 or 30 days, and units",
    ),
    (
        "RF21i",
        "2021-04-19, English 2021-05-20",
        "refunds of SSL certificates, international site",
    ),
    ("RF24", "2024-10-25", "help page: refund policies"),
    ("RF26", "2026-03-18", "help page: refund rules"),
    (
        "RFAPI",
        "2026-01-31 to 2026-07-10",
        "RefundInstance (instance operations)",
    ),
    ("RFP20", "2020-11-07", "refunds of the extended service"),
    ("RFP21", "2021-01-04", "refunds of resource plans"),
    (
        "RN19",
        "2019-03-13, 2019-04-03",
        "guide to the console, and buying anew at expiry",
    ),
    ("RN19b", "2019-05-21", "renewal upon expiration"),
    (
        "RN21a",
        "2021-01-22",
        "renewal upon expiration, English: 60 days",
    ),
    (
        "RN21b",
        "2021-01-22 to 2021-02-26",
        "renewal and update upon expiration (manual)",
    ),
    (
        "RN21c",
        "2021-05-08 to 2021-05-24",
        "hosting and renewal; renewing by hand",
    ),
    (
        "RN26",
        "undated, 2025 or 2026",
        "help page on renewing official certificates",
    ),
    ("RT19a", "2019-05-05", "how long reviews take"),
    ("RT19b", "2019", "how long reviews take, English"),
    ("RV19a", "2019-02-27", "revoking certificates"),
    ("RV20a", "2020-09-15", "revoking certificates"),
    ("RV21a", "2021-02-05", "revoking SSL certificates"),
    (
        "RV21b",
        "2021-04-22",
        "revoking SSL certificates, with a limit of their number",
    ),
    (
        "RV22",
        "undated, about 2022",
        "help page on revocation: hosted certificates",
    ),
    (
        "RV23",
        "2023-10-16",
        "help page on revocation: 28 days, revocations per specification",
    ),
    (
        "RV24",
        "2024-11-27",
        "help page on revocation, with a worked example",
    ),
    (
        "SC6",
        "2018-09-14",
        "CA/Browser Forum ballot SC6: 24 hours or 5 days to revoke, from 2018-10-14",
    ),
    (
        "SC42",
        "2021-04-22",
        "CA/Browser Forum ballot SC42: proofs of domains for 398 days, from 2021-10-01",
    ),
    (
        "SC61",
        "2023-04-01",
        "CA/Browser Forum ballot SC61: a reason for every revocation, from 2023-07-15",
    ),
    (
        "SC81",
        "2025-04-11",
        "CA/Browser Forum ballot SC81: shorter validity and reuse of proofs, from 2026-03-15",
    ),
    (
        "SDK",
        "2026-10",
        "docstrings of the Python SDK 3.9.4, and the history of the Go SDK",
    ),
    ("UP21", "2021", "uploading certificates"),
    (
        "V2",
        "2026",
        "announcement of SSL certificate management V2.0",
    ),
    (
        "VL20",
        "2020-08 to 2020-09",
        "announcements of shorter validity",
    ),
    (
        "WD19",
        "2019-08-26",
        "errors after withdrawing an application",
    ),
    ("C1", "", "our choice: days are taken at +08:00"),
    (
        "C2",
        "",
        "our choice: a window runs to the end of its last day",
    ),
    (
        "C3",
        "",
        "our choice: remaining days are a difference of dates",
    ),
    (
        "C4",
        "",
        "our choice: expired from the second after the last (RFC 5280)",
    ),
    (
        "C5",
        "",
        "our choice: a revocation counts when it is completed",
    ),
    (
        "C6",
        "",
        "our choice: working days are Monday to Friday less holidays, as advice",
    ),
    (
        "C7",
        "",
        "our choice: a year after 29 February is 28 February",
    ),
    (
        "C8",
        "",
        "the CA's limits: 86,400-second days, both ends counted (BR 6.3.2)",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_kept() {
        assert_eq!(sources().len(), SOURCES.len());
    }
}
