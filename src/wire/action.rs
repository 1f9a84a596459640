//! The operations that the API has, whether or not they are offered here.

/// Every operation of the API 2020-04-07, as clients of 2026 know them, sorted.
pub(super) const ACTIONS: &[&str] = &[
    "AddCloudAccess",
    "ApplyCertificate",
    "BatchUpdateNoticeStatus",
    "CancelCertificateForPackageRequest",
    "CancelOrderRequest",
    "CancelPendingCertificate",
    "CreateCertificateForPackageRequest",
    "CreateCertificateRequest",
    "CreateCertificateWithCsrRequest",
    "CreateCompany",
    "CreateContact",
    "CreateCsr",
    "CreateDeploymentJob",
    "CreateRollbackTask",
    "CreateWHClientCertificate",
    "CreateWarehouse",
    "Decrypt",
    "DeleteCertificateRequest",
    "DeleteCloudAccess",
    "DeleteCompany",
    "DeleteContact",
    "DeleteCsr",
    "DeleteDeploymentJob",
    "DeleteInstance",
    "DeletePCACert",
    "DeleteUserCertificate",
    "DeleteWarehouse",
    "DeleteWorkerResource",
    "DescribeCertificateState",
    "DescribeCloudResourceStatus",
    "DescribeDeploymentJob",
    "DescribeDeploymentJobStatus",
    "DescribePackageState",
    "DescribeWarehouseCert",
    "Encrypt",
    "GetAssetCount",
    "GetCertWarehouseQuota",
    "GetCertificateDetail",
    "GetCertificatePackageCount",
    "GetCompany",
    "GetContact",
    "GetCsrDetail",
    "GetInstanceDetail",
    "GetInstanceSummary",
    "GetMatchedResources",
    "GetRiskCount",
    "GetTaskAttribute",
    "GetUserCertificateDetail",
    "ListAssetCount",
    "ListCert",
    "ListCertWarehouse",
    "ListCertificates",
    "ListCloudAccess",
    "ListCloudResources",
    "ListCompanies",
    "ListContact",
    "ListCsr",
    "ListDeploymentJob",
    "ListDeploymentJobCert",
    "ListDeploymentJobResource",
    "ListInstances",
    "ListTagKeys",
    "ListTagResources",
    "ListTrusteeOrder",
    "ListUserCertificateOrder",
    "ListWarehouse",
    "ListWorkerResource",
    "MoveResourceGroup",
    "RefundInstance",
    "RenewCertificateOrderForPackageRequest",
    "RevokeCertificate",
    "RevokeWHClientCertificate",
    "ShareCertificate",
    "Sign",
    "TagResources",
    "UntagResources",
    "UpdateCompany",
    "UpdateContact",
    "UpdateCsr",
    "UpdateDeploymentJob",
    "UpdateDeploymentJobStatus",
    "UpdateInstance",
    "UpdateWorkerResourceStatus",
    "UploadCsr",
    "UploadPCACert",
    "UploadUserCertificate",
    "Verify",
];

/// The name of an operation, if the API has it.
pub(super) fn known(action: &str) -> Option<&'static str> {
    let place = ACTIONS.binary_search(&action).ok()?;
    ACTIONS.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Operation;

    #[test]
    fn the_list_is_sorted_and_holds_what_is_offered() {
        assert!(ACTIONS.is_sorted());
        for operation in Operation::ALL {
            assert_eq!(known(operation.word()), Some(operation.word()));
        }
        assert_eq!(known("RefundInstance"), Some("RefundInstance"));
        assert_eq!(known("describePackageState"), None);
    }
}
