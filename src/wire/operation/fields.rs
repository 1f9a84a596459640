//! What each operation answers, besides the request's id.

use super::Operation;

impl Operation {
    /// The fields of its answer, besides `RequestId`, in their order. `List.Field` is a field of each
    /// row of a list, or of a text that holds JSON. A field without a value is left out.
    ///
    /// What `DescribeCertificateState` shows depends on the state
    /// ([`OrderAnswer`](crate::view::order::OrderAnswer)).
    ///
    /// ```
    /// use cert_lifecycle::wire::Operation;
    /// assert_eq!(Operation::CreateCertificateRequest.fields(), ["OrderId"]);
    /// ```
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::DescribePackageState => {
                &["ProductCode", "TotalCount", "UsedCount", "IssuedCount"]
            }
            Self::CreateCertificateForPackageRequest
            | Self::CreateCertificateRequest
            | Self::CreateCertificateWithCsrRequest
            | Self::RenewCertificateOrderForPackageRequest => &["OrderId"],
            Self::DescribeCertificateState => &[
                "Type",
                "ValidateType",
                "RecordDomain",
                "RecordType",
                "RecordValue",
                "Domain",
                "Uri",
                "Content",
                "Certificate",
                "PrivateKey",
                "CertId",
            ],
            Self::CancelOrderRequest
            | Self::DeleteCertificateRequest
            | Self::CancelCertificateForPackageRequest
            | Self::DeleteUserCertificate => &[],
            Self::ListUserCertificateOrder => LISTED,
            Self::GetUserCertificateDetail => DETAIL,
            Self::UploadUserCertificate => &["CertId", "ResourceId"],
            Self::ListTrusteeOrder => &[
                "MaxResults",
                "TotalCount",
                "TrusteeOrderList.OrderId",
                "TrusteeOrderList.InstanceId",
                "TrusteeOrderList.ProductCode",
                "TrusteeOrderList.CertType",
                "TrusteeOrderList.DomainType",
                "TrusteeOrderList.IsFree",
                "TrusteeOrderList.SourceType",
                "TrusteeOrderList.CertificateId",
                "TrusteeOrderList.Status",
                "TrusteeOrderList.TrusteeStatus",
                "TrusteeOrderList.StatusCode",
                "NextToken",
            ],
            Self::GetCertificatePackageCount => &[
                "ProductCountList.ProductCode",
                "ProductCountList.CertType",
                "ProductCountList.DomainType",
                "ProductCountList.TotalCount",
                "ProductCountList.UsedCount",
                "ProductCountList.RemainCount",
                "TotalCountDetail.TotalCount",
                "TotalCountDetail.UsedCount",
                "TotalCountDetail.RemainCount",
                "TrusteeCountDetail.TotalCount",
                "TrusteeCountDetail.UsedCount",
                "TrusteeCountDetail.RemainCount",
            ],
        }
    }
}

/// Rows of orders (`CPACK`, `BUY`) and of certificates (`UPLOAD`, `CERT`).
const LISTED: &[&str] = &[
    "CurrentPage",
    "ShowSize",
    "TotalCount",
    "CertificateOrderList.OrderId",
    "CertificateOrderList.InstanceId",
    "CertificateOrderList.ProductCode",
    "CertificateOrderList.CertType",
    "CertificateOrderList.DomainType",
    "CertificateOrderList.DomainCount",
    "CertificateOrderList.WildDomainCount",
    "CertificateOrderList.SourceType",
    "CertificateOrderList.Domain",
    "CertificateOrderList.Algorithm",
    "CertificateOrderList.BuyDate",
    "CertificateOrderList.CertStartTime",
    "CertificateOrderList.CertEndTime",
    "CertificateOrderList.Status",
    "CertificateOrderList.TrusteeStatus",
    "CertificateOrderList.CertificateId",
    "CertificateOrderList.Upload",
    "CertificateOrderList.Issuer",
    "CertificateOrderList.Sans",
    "CertificateOrderList.SerialNo",
    "CertificateOrderList.Fingerprint",
    "CertificateOrderList.Sha2",
    "CertificateOrderList.StartDate",
    "CertificateOrderList.EndDate",
    "CertificateOrderList.Expired",
    "CertificateOrderList.Name",
    "CertificateOrderList.CommonName",
    "CertificateOrderList.OrgName",
    "CertificateOrderList.City",
    "CertificateOrderList.Province",
    "CertificateOrderList.Country",
];

const DETAIL: &[&str] = &[
    "Id",
    "CertIdentifier",
    "BuyInAliyun",
    "NotBefore",
    "NotAfter",
    "CertSha2",
    "CertChain.CommonName",
    "CertChain.IssuerCommonName",
    "CertChain.NotBefore",
    "CertChain.NotAfter",
    "CertChain.RemainDay",
    "OrderId",
    "InstanceId",
    "Issuer",
    "Sans",
    "SerialNo",
    "Fingerprint",
    "Sha2",
    "StartDate",
    "EndDate",
    "Expired",
    "Name",
    "Algorithm",
    "Common",
    "OrgName",
    "City",
    "Province",
    "Country",
    "Cert",
    "Key",
];
