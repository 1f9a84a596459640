//! The documents that clauses and rules rest on, and our own choices.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::rulebook::source::{SourceKey, SourceRecord};

pub(super) fn sources() -> Vec<SourceRecord> {
    SOURCES
        .iter()
        .filter_map(|(key, date, title)| {
            let found = FOUND.iter().find(|(of, _)| of == key);
            let title = match found {
                Some((_, place)) => format!("{title}; {place}"),
                None => (*title).to_string(),
            };
            Some(SourceRecord {
                key: SourceKey::new(key).ok()?,
                title,
                date: (*date).to_string(),
            })
        })
        .collect()
}

/// Where a document is found: its path in the vendor's documentation repository (`AlibabaCloudDocs/cas`)
/// with the commit, or the title of the help page.
const FOUND: &[(&str, &str)] = &[
    ("S1", "intl.en-US/User Guide/Overview.md at 814fdf8"),
    (
        "S3",
        "API参考（2020-04-07）/使用API申请证书的流程.md at 29147dc",
    ),
    ("S4", "Chinese at ee040b6 and 692824f"),
    ("RF18", "产品定价/退款说明.md at 8125271, English a74e003"),
    ("RF19a", "产品定价/退款说明.md at 543790e"),
    ("RF19b", "产品定价/退款说明.md at 2c49107, English f1c3e4e"),
    ("RF19c", "产品定价/退款说明.md at 885cb50"),
    ("RF20a", "计量计费/SSL证书退款说明.md at 58ea52e"),
    ("RF20b", "计量计费/SSL证书退款说明.md at cf49bf4"),
    (
        "RF20c",
        "计量计费/SSL证书退款说明.md at e4907e5, English 87879f5 to 81d4233",
    ),
    ("RF21a", "证书退款/SSL证书退款.md at 3e9ae34"),
    (
        "RF21i",
        "证书退款/SSL证书退款.md at 041494e, English a4d9bd8",
    ),
    ("RF21b", "证书退款/SSL证书退款.md at 89b7c4a"),
    ("RF21c", "证书退款/SSL证书退款.md at c21e696"),
    ("RFP20", "证书扩展服务/申请退款.md at 02850ee"),
    ("RFP21", "证书资源包/申请退款.md at 6a7c55a"),
    ("RF24", "\"Refund policies\""),
    ("RF26", "\"Refund rules\""),
    ("RV19a", "用户指南/吊销证书.md at 96a7599"),
    ("RV20a", "证书管理/吊销证书.md at a2e6597"),
    ("RV21a", "证书吊销与删除/吊销…SSL证书.md at 27b3414"),
    (
        "RV21b",
        "证书吊销与删除/吊销…SSL证书.md at fedcaa8, English c297e84",
    ),
    ("DL19a", "at 2b391c4"),
    ("DL19b", "at 0472c72"),
    ("DL20", "at 0fa2b8f"),
    ("DL21a", "at 0af1093, English 7172e76"),
    ("DL21b", "删除SSL证书.md at 830f0d8, English 22e542b"),
    (
        "RN19",
        "到期新购.md at 8efae69, 控制台新版本使用指南.md at ee81b49",
    ),
    ("RN19b", "产品定价/到期续费.md at b0173a8"),
    ("RN21a", "Refund/Renewal upon expiration.md at 4ce4c3f"),
    (
        "RN21b",
        "到期续费及更新（手动）.md at b616fcd and 5f549ff, 续费购买（手动）.md at ba2bee1, English 9e0e4c1",
    ),
    (
        "RN21c",
        "证书托管与续费/概述.md at 7ff3f3e, 手动续费证书.md at 23f092a",
    ),
    ("RN26", "\"ssl-official-certificate-renewal\""),
    ("HS20", "证书托管服务.md at 697ab0a"),
    ("HS21a", "at 98fb091 and fc5b658"),
    ("HS21b", "为新申请证书开启托管 at 279a424"),
    ("HS21c", "开启证书托管 at 297bb6c"),
    ("HS21d", "购买托管服务 at ab1e419 and d02d2be"),
    ("HS24", "\"enable-certificate-hosting\""),
    (
        "HS26",
        "\"Certificate hosting\" and \"Purchase a hosted service\"",
    ),
    ("AP20", "步骤一 at c381527"),
    ("AP21a", "提交证书申请 at 7960a06"),
    ("AP21b", "提交证书申请 at eaa8033"),
    ("AP21c", "提交证书申请 at 64f78ea"),
    (
        "WD19",
        "证书申请时信息填写错误、撤回后报错怎么办？ (intl.zh-CN) at d61af96",
    ),
    ("NT19", "如何收到证书到期的系统通知？ at 0de22fb"),
    ("NT21", "产品计费/计费方式.md at bb90f88"),
    ("NT24", "\"custom-message-alert\""),
    ("NT26", "\"custom-message-alert\""),
    ("FR21", "at 61d5cfa"),
    ("FRA21", "at 293bed8"),
    ("DP19a", "at c5cbee9"),
    ("DP19b", "at 9a48f87"),
    ("DP21", "at ec3d977"),
    ("VL20", "历史公告"),
    ("MG21", "证书合并申请.md"),
    ("QP21", "快捷购买证书"),
];

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

    #[test]
    fn what_is_known_of_its_place_stands_in_the_title() {
        for (key, place) in FOUND {
            let own = |record: &SourceRecord| record.key.as_str() == *key;
            let record = sources().into_iter().find(own);
            assert!(
                record.is_some_and(|record| record.title.ends_with(place)),
                "{key}"
            );
        }
    }
}
