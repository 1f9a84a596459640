//! Everything that the console says, in both languages: a text without one of them does not compile.

use core::fmt::Display;
use std::string::{String, ToString};

use crate::model::Status;
use crate::view::label::{Language, labels};

macro_rules! texts {
    ($($name:ident: $english:literal, $chinese:literal;)*) => {
        /// A text of the console. `{}` stands for what is filled in, in its order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(clippy::enum_variant_names, reason = "one is about other texts")]
        pub(super) enum Text {
            $(
                #[doc = $english]
                $name,
            )*
        }

        impl Text {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub(super) const fn said(self, language: Language) -> &'static str {
                match (self, language) {
                    $(
                        (Self::$name, Language::English) => $english,
                        (Self::$name, Language::Chinese) => $chinese,
                    )*
                }
            }
        }
    };
}

texts! {
    Product: "Certificate lifecycle", "证书生命周期";
    Console: "SSL Certificates console", "SSL 证书控制台";
    SkipToContent: "Skip to the content", "跳到正文";
    OtherLanguage: "中文", "English";
    SignedInAs: "Account", "账号";
    SignOut: "Sign out", "退出登录";
    SignIn: "Sign in", "登录";
    SignInHint: "With an access key of the service: the same one that signs calls of the API.", "使用本服务的访问密钥，即调用 API 时签名所用的密钥。";
    AccessKeyId: "Access key ID", "AccessKey ID";
    AccessKeySecret: "Access key secret", "AccessKey Secret";
    WrongKey: "There is no such key, or its secret is another one.", "没有这个密钥，或者密钥不正确。";
    TooOften: "Too many attempts have failed. Try again in {} seconds.", "失败次数过多，请在 {} 秒后重试。";
    SignedOut: "You are signed out.", "您已退出登录。";
    SessionOver: "Your session has ended. Sign in again; nothing was done meanwhile.", "会话已结束。请重新登录；期间没有执行任何操作。";
    Laboratory: "A laboratory: nobody trusts its CA, and no money is moved.", "实验环境：证书不受公众信任，也不产生真实费用。";
    MainNavigation: "Main navigation", "主导航";
    Certificates: "Certificates", "证书";
    PurchaseCertificate: "Purchase Certificate", "购买证书";
    Sections: "Sections", "分类";
    TabPlans: "Resource plans", "证书资源包";
    Layouts: "Layout", "布局";
    CardLayout: "Cards", "卡片";
    ListLayout: "List", "列表";
    FilterHeading: "Filter certificates", "筛选证书";
    FilterStatus: "Status", "状态";
    AllStates: "All states", "全部状态";
    Groups: "Groups", "分组";
    States: "States", "状态";
    DomainName: "Domain name", "域名";
    NameHint: "The name itself, and names below it", "域名本身及其下级域名";
    ApplyFilter: "Filter", "筛选";
    ClearFilter: "Clear", "清除";
    NotAStatus: "There is no such status to filter by: {}", "没有可供筛选的此状态：{}";
    NotAName: "This is no domain name: {}", "这不是有效的域名：{}";
    NoCertificates: "No certificates yet", "还没有证书";
    NoCertificatesHint: "What you purchase appears here, ready to be applied for.", "购买后的证书会出现在这里，随后即可提交申请。";
    NoFree: "No free certificates yet", "还没有免费证书";
    NoFreeHint: "A certificate of a free product appears here, ready to be applied for: free products are chosen where the others are bought.", "免费规格的证书会出现在这里，随后即可提交申请：免费规格同样在购买页面选择。";
    NoUploads: "No uploaded certificates", "没有上传的证书";
    NoUploadsHint: "Certificates from elsewhere that were put under management appear here.", "从其他地方上传并统一管理的证书会出现在这里。";
    NoneFits: "No certificate fits the filter", "没有符合条件的证书";
    NoneFitsHint: "Change the filter or clear it.", "请修改或清除筛选条件。";
    NoneSoFar: "None among the certificates looked at so far", "目前查看的证书中没有符合条件的";
    NoneSoFarHint: "There are older ones: go on looking.", "还有更早的证书，可以继续查找。";
    GoOnLooking: "Go on looking", "继续查找";
    Older: "Older", "更早";
    Newest: "Newest", "最新";
    Pages: "Pages", "分页";
    NoNameYet: "Not applied for yet", "尚未申请";
    WaitsBehind: "Certificate {} of {}, waits behind {}", "链条第 {} 张，共 {} 张，等待 {}";
    AndMore: "and {} more", "另有 {} 个";
    ProductLabel: "Product", "规格";
    OrderLabel: "Order", "订单";
    ExpiresLabel: "Valid until", "有效期至";
    StatusLabel: "Status", "状态";
    Unreadable: "Can't be read", "无法读取";
    NoOrders: "No orders yet", "还没有订单";
    NoOrdersHint: "Purchases of certificates appear here, with what was paid.", "购买证书的订单及付款信息会出现在这里。";
    PurchaseLabel: "Purchase", "购买单号";
    KindLabel: "Kind", "类型";
    KindSlots: "Certificates", "证书";
    KindRenewal: "Renewal", "续费";
    KindExtension: "Further years", "续加年限";
    CountLabel: "Number", "数量";
    CashLabel: "Cash", "现金";
    VoucherLabel: "Voucher", "代金券";
    PaidAtLabel: "Paid", "付款时间";
    RefundLabel: "Refund", "退款";
    RefundInReview: "In review", "审核中";
    RefundPaidBack: "Paid back: {}", "已退款：{}";
    PlanLabel: "Resource plan", "资源包";
    NoPlans: "No resource plans", "没有证书资源包";
    NoPlansHint: "A plan is a prepaid number of applications for one product.", "资源包是针对某一规格预先购买的申请次数。";
    TotalLabel: "Total", "总次数";
    RemainingLabel: "Remaining", "剩余";
    ReservedLabel: "Reserved", "占用";
    SettledLabel: "Used up", "已消耗";
    IssuedLabel: "Issued", "已签发";
    BuyIntro: "Certificates appear among the bought ones, ready to be applied for: one a year, linked into a chain that is hosted.", "购买后，证书出现在证书管理中，可随时提交申请：每年一张，相互关联并由系统托管。";
    BuyWhat: "What to buy", "购买内容";
    BuyYears: "Certificate for {} year(s)", "证书，{} 年";
    BuyPlan: "Resource plan, with this number of units", "证书资源包，次数如下";
    UnitsLabel: "Number of units", "次数";
    PriceLabel: "Price in {}", "价格（{}）";
    CashPart: "Paid in cash", "现金支付";
    VoucherPart: "Paid by voucher", "代金券支付";
    MoneyHint: "Such as 100 or 99.50", "例如 100 或 99.50";
    VoucherHint: "Vouchers never come back", "代金券不予退还";
    BuyNow: "Buy now and pay", "立即购买并支付";
    Cancel: "Cancel", "取消";
    FreeMark: "free", "免费";
    WildcardMark: "wildcard", "通配符";
    NotMoney: "Not an amount: digits, and at most two behind the point", "金额无效：只能是数字，小数点后最多两位";
    NotACount: "A whole number from 1 to {} is expected", "请填写 1 到 {} 的整数";
    ChooseProduct: "Choose a product of the list", "请从列表中选择规格";
    ChooseWhat: "Choose what to buy", "请选择购买内容";
    BoughtDone: "Paid. What you bought is here.", "支付成功，购买的内容如下。";
    NothingDone: "Nothing was done", "没有执行任何操作";
    RefusedHeading: "This is not possible", "无法执行此操作";
    RuleLabel: "Rule", "规则";
    SourceLabel: "Source", "依据";
    EditionLabel: "Edition", "版本";
    OurChoice: "our choice", "本项目的选择";
    RuleItself: "the rule itself", "规则本身";
    PossibleFrom: "Possible from", "可执行时间自";
    NotSince: "Not possible since", "不可执行始于";
    RuleSince: "The rule changes on", "规则变更日期";
    NotFoundHeading: "There is no such page", "页面不存在";
    NotFoundText: "Nothing of yours is found under this address.", "该地址下没有属于您的内容。";
    ToCertificates: "To the certificates", "返回证书列表";
    FormOver: "This form is of another session, or it was changed on the way. Open the page again and repeat what you wanted to do.", "该表单属于另一个会话，或在途中被修改。请重新打开页面后再操作。";
    KeyReusedText: "This form was sent before with other contents. Open the page again: what was sent first may have been done.", "此表单此前已用不同的内容提交过。请重新打开页面：首次提交的内容可能已经生效。";
    FailedHeading: "The service failed", "服务出错";
    FailedText: "It is not known whether it was done. Look at the list; the same form may be sent again and counts once.", "无法确定操作是否完成。请查看列表；同一表单可再次提交，且只计一次。";
    BusyText: "Others changed the same at this moment. Nothing was done; send the form again.", "此刻有其他操作修改了同一内容。没有执行任何操作，请重新提交。";
    RulesMissing: "The rulebook has no rules for this case or day.", "规则库中没有适用于此情况或日期的规则。";
    TooLargeHeading: "Too much was sent", "提交的内容过大";
    TooLargeText: "A request may have {} bytes. Nothing was done.", "请求不得超过 {} 字节。没有执行任何操作。";
    UnreadText: "The request came too slowly or broke off. Nothing was done.", "请求过慢或中断。没有执行任何操作。";
    MethodText: "Pages are asked for with GET and forms sent with POST.", "页面以 GET 请求，表单以 POST 提交。";
    TimesAre: "Times are those of {}", "时间以 {} 表示";
    RulesInForce: "Rules in force: {}", "现行规则：{}";
    Facts: "Facts", "基本信息";
    InstanceLabel: "Instance", "实例";
    NamesLabel: "Names", "域名";
    ValidFromLabel: "Valid from", "生效时间";
    SerialLabel: "Serial number", "序列号";
    IssuedAtLabel: "Issued", "签发时间";
    SubmittedAtLabel: "Submitted", "提交时间";
    MethodLabel: "Proof of the domain", "域名验证方式";
    ApplicantLabel: "Applicant", "申请人";
    UnitLabel: "Unit of a plan", "资源包次数";
    ErrorsHeading: "Please look at what was entered", "请检查填写的内容";
    Operations: "Operations", "操作";
    OperationsHint: "What is not possible now stands disabled, with the reason.", "当前无法执行的操作显示为不可用，并附原因。";
    CalledHere: "{} is called here", "{} 在此显示为";
    WhyNot: "Why not: rule {}", "不可用的原因：规则 {}";
    PossibleUntil: "Possible until {}", "可执行至 {}";
    WayOutLabel: "Way out", "解决办法";
    RuleText: "What the rule says", "规则内容";
    Timeline: "Life cycle", "生命周期";
    Past: "So far", "已发生";
    Ahead: "Ahead", "即将发生";
    NothingAhead: "Nothing will happen by itself, as things stand.", "按目前情况，不会自动发生任何变化。";
    Now: "now", "现在";
    Drawn: "The certificates of this chain beneath each other, from {} to {}, and what they cover together", "该链条的各张证书自上而下排列，时间从 {} 到 {}，以及它们共同覆盖的时段";
    MemberLabel: "Certificate {}", "第 {} 张证书";
    CoverageLabel: "Coverage", "覆盖情况";
    LegendReal: "issued", "已签发";
    LegendExpected: "expected", "预计";
    LegendGap: "not covered", "未覆盖";
    CoveredFrom: "Covered from {} to {}", "{} 至 {} 已覆盖";
    GapFrom: "Not covered from {} to {}: {}", "{} 至 {} 未覆盖：{}";
    ActDone: "Done: {}", "已完成：{}";
    AfterIt: "What follows", "执行后的结果";
    StatusNow: "Status now", "当前状态";
    StatusAfter: "Status afterwards", "之后的状态";
    UnitChange: "Unit of the plan", "资源包次数";
    RemainingChange: "Units left", "剩余次数";
    RevocationsChange: "Revocations charged", "已计吊销次数";
    MoneyBack: "Cash that goes back", "退还现金";
    ReturnUntil: "The unit returns until", "次数返还截止";
    ReturnOver: "The unit returns no more since", "次数不再返还，始于";
    ReviewFirst: "Nothing yet: the claim goes to review", "暂无：申请需先审核";
    FinalWarning: "This is final: what is deleted can't be restored.", "此操作不可撤销：删除后无法恢复。";
    RevokeWarning: "A revoked certificate can't be made valid again. Replace it on your servers first.", "证书吊销后无法恢复有效，请先在服务器上更换证书。";
    ReasonLabel: "Reason", "原因";
    DoIt: "Confirm: {}", "确认：{}";
    MovedOn: "Something changed since this page was shown. Nothing was done. Look at what would follow now, and confirm again.", "页面显示之后情况已变化，没有执行任何操作。请查看现在的结果后再次确认。";
    BackToCertificate: "Back to the certificate", "返回证书";
    ChainPem: "Certificate and chain (PEM)", "证书及证书链（PEM）";
    SaveChain: "Save the certificate", "下载证书";
    SaveKey: "Save the private key", "下载私钥";
    KeyHint: "Only where the service made the key. Keep it secret.", "仅适用于由系统生成的密钥，请妥善保管。";
    NoKeyText: "The key is not here: it was not made by the service, or it can't be handed out.", "系统中没有该密钥：密钥不是由系统生成，或无法导出。";
    Rules: "Rules", "规则";
    RulesLead: "The rulebook in force, value by value, each with its documents and the day since which it holds.", "现行规则库：逐项列出规则值、依据文件及生效日期。";
    ValueLabel: "Value", "规则项";
    SaysLabel: "What it says", "内容";
    SourcesLabel: "Sources", "依据";
    StandingLabel: "Standing", "可信度";
    SinceLabel: "Since", "起始";
    FromBeginning: "the beginning", "最初";
    CompareHeading: "Compare with another edition", "与其他版本比较";
    Compare: "Compare", "比较";
    CompareTitle: "{} compared with {}", "{} 与 {} 的比较";
    NoDifference: "The two editions say the same.", "两个版本内容相同。";
    DifferenceCount: "{} differences. They are told in the words of the library (English).", "共 {} 处差异，以下为规则引擎的英文原文。";
    TableHeading: "Transition table", "状态转换表";
    TableLead: "What each command does in each status, asked of the rules themselves, for class {}.", "每个操作在每种状态下的结果，直接由规则得出；类别 {}。";
    CommandLabel: "Command", "操作";
    OutcomeLabel: "Outcome", "结果";
    GuardsLabel: "Guards", "约束规则";
    NoOrderStatus: "No order yet", "尚无订单";
    Leads: "leads to", "变为";
    RecordedOutcome: "recorded; the status stays", "记录，状态不变";
    NothingOutcome: "permitted; nothing changes", "允许，无变化";
    RefusedOutcome: "refused", "拒绝";
    Diagram: "Diagram", "状态图";
    DiagramAlt: "The states and the transitions between them; the table below says the same", "状态及其转换；下表内容与之相同";
    SourcesHeading: "Documents", "依据文件";
    DateLabel: "Date", "日期";
    TitleLabel: "Title", "标题";
    ClassLabel: "Class", "类别";
    Show: "Show", "显示";
    Clock: "The service's clock", "服务时钟";
    ClockNow: "It is {}", "现在是 {}";
    ForwardDay: "+1 day", "+1 天";
    ForwardWeek: "+7 days", "+7 天";
    ForwardMonth: "+30 days", "+30 天";
    ToDate: "To the date", "前往日期";
    GoThere: "Go", "前往";
    NextEvent: "To the next event: {}", "前往下一事件：{}";
    ClockMoved: "The clock was moved.", "时钟已调整。";
    ClockNotMoved: "The clock was not moved: {}", "时钟未调整：{}";
    NotADay: "This is no date", "日期无效";
    NamesHint: "One or several, apart by commas; with a signing request they may be left out, and its common name counts", "一个或多个，用逗号分隔；提供 CSR 时可不填，以其通用名称为准";
    NamesNeeded: "Name a domain, or hand in a signing request", "请填写域名或提供 CSR";
    PersonLabel: "Name", "姓名";
    PhoneLabel: "Phone", "电话";
    EmailLabel: "Mail", "邮箱";
    CompanyLabel: "Company", "公司";
    NotAContact: "The contact: {}", "联系人信息有误：{}";
    KeyLabel: "Key", "密钥";
    MakeKey: "The service makes a key of this kind", "由系统生成此类型的密钥";
    OwnCsr: "Or your own signing request (PEM)", "或使用您自己的 CSR（PEM）";
    CsrHint: "With one, no key is made here. Its key stays with you.", "提供 CSR 时系统不生成密钥，私钥由您保管。";
    NotACsr: "The signing request can't be taken: {}", "无法使用该 CSR：{}";
    ChooseMethod: "Choose how the domain is proved", "请选择域名验证方式";
    UploadHeading: "Upload a certificate", "上传证书";
    UploadLead: "A certificate from elsewhere is put under management: it is watched, deployed and can be hosted.", "将其他地方的证书纳入统一管理：可监控、部署，也可开启托管。";
    UploadedFrom: "uploaded, issued by {}", "上传，签发者：{}";
    UploadName: "Name of the certificate", "证书名称";
    UploadNameHint: "Unique among your certificates", "在您的证书中不可重复";
    UploadNameForm: "Its form: {}", "格式要求：{}";
    HostingOfUploaded: "Further years are linked behind this certificate. The service applies for each in its turn, with what is handed in here.", "续加的年限将链接在此证书之后，系统会使用此处提交的资料依次自动申请。";
    OnceCompleted: "Once the CA has completed it", "CA 完成吊销之后";
    AfterCompletion: "The CA completes a revocation afterwards, here at once unless the service was started otherwise. What its completion brings is counted as if it came now.", "吊销由 CA 随后完成，本服务默认立即完成。以下按现在完成计算其结果。";
    ChainHint: "The certificate first or anywhere, and those that it is signed by", "证书及其签发链，顺序不限";
    PrivateKeyPem: "Private key (PEM)", "私钥（PEM）";
    PrivateKeyHint: "Kept in the vault; this page never shows it again.", "存入密钥库，本页面不会再次显示。";
    NotAChain: "The certificate can't be taken: {}", "无法使用该证书：{}";
    NotAPrivateKey: "The key can't be taken: {}", "无法使用该私钥：{}";
    OtherKey: "The key does not belong to the certificate", "私钥与证书不匹配";
    KeyNotTaken: "Keys of this kind are not kept here", "不支持保存此类型的私钥";
    RenewLead: "A further slot is opened. This certificate stays as it is until it expires; the new one is applied for like any other.", "将新增一个证书名额。当前证书在到期前保持不变，新证书需另行提交申请。";
    RenewsLabel: "Renews", "续费自";
    RenewedByLabel: "Renewed by", "续费证书";
    RenewBy: "How the slot is paid for", "付费方式";
    ByPayment: "Pay, with the parts below", "付款，金额如下";
    ByPlan: "With a unit of a resource plan ({} left)", "使用证书资源包（剩余 {} 次）";
    HostingLead: "Further years are linked behind this certificate. The service applies for each in its turn, with the data of this one.", "续加的年限将链接在此证书之后，系统会使用相同的资料依次自动申请。";
    FurtherYears: "Further years", "续加年数";
    CloudProduct: "Cloud product", "云产品";
    TargetsOf: "The products of edition {}", "版本 {} 的云产品";
    ServedDomain: "Domain that it serves there", "在该产品上服务的域名";
    AllDomains: "All its names", "全部域名";
    Deployments: "Deployments", "部署";
    OrderedAt: "Ordered", "提交时间";
    JobState: "Job", "任务状态";
    Serving: "serving", "已生效";
    OnItsWay: "on its way", "进行中";
    DrawHint: "A slot takes a unit of the oldest plan of this product that has one left. It is applied for later.", "从该规格最早且有剩余的资源包中领取一个名额，之后再提交申请。";
    OnlyReserved: "No unit is used up. Reserved: {}, and the rules count what is reserved as used.", "尚无次数被消耗。占用：{}，规则将占用的次数视为已使用。";
    OnceTaken: "All its units are there, but one was taken before, and the rules want a plan from which none ever was.", "全部次数仍在，但曾被领取过；规则要求资源包从未被领取过次数。";
    BackToPlan: "Back to the plan", "返回资源包";
    CertificatesOfPurchase: "Certificates of this purchase", "此次购买的证书";
    ChallengeHeading: "Prove the domain", "验证域名";
    ChallengeHint: "Publish this to the letter; the CA looks for it.", "请原样发布以下内容，CA 将进行检查。";
    RecordName: "Record name", "主机记录";
    RecordType: "Record type", "记录类型";
    RecordValue: "Record value", "记录值";
    FilePath: "Path of the file", "文件路径";
    FileContent: "Contents of the file", "文件内容";
    DoBuyPlan: "Buy a resource plan", "购买资源包";
    DoBuy: "Buy certificates", "购买证书";
    DoDraw: "Take a slot from the plan", "从资源包领取证书名额";
    DoSubmit: "Submit the application", "提交申请";
    DoApply: "Apply", "提交申请";
    DoWithdraw: "Withdraw the application", "撤回申请";
    DoDelete: "Delete the order", "删除订单";
    DoCancelOrder: "Cancel the order", "取消订单";
    DoClose: "Close the slot", "关闭名额";
    DoMerge: "Merge the slot", "合并名额";
    DoRevoke: "Revoke", "吊销";
    DoConfirmRevocation: "Confirm the revocation", "确认吊销";
    DoCollect: "Download", "下载";
    DoDeleteCertificate: "Delete the certificate", "删除证书";
    DoDeploy: "Deploy", "部署";
    DoUndeploy: "Take off the product", "取消部署";
    DoRenew: "Renew", "续费";
    DoEnableHosting: "Enable hosting", "开启托管";
    DoUpload: "Upload", "上传";
    DoClaimRefund: "Claim the refund", "申请退款";
    DoCancelRefund: "Take the refund claim back", "撤回退款申请";
    DoReceiveChallenge: "Receive the challenge", "接收验证信息";
    DoConfirmDomain: "Confirm the domain", "确认域名";
    DoApprove: "Issue the certificate", "签发证书";
    DoReject: "Refuse the application", "拒绝申请";
    DoCompleteRevocation: "Complete the revocation", "完成吊销";
    DoRefuseRevocation: "Refuse the revocation", "拒绝吊销";
    DoRecordCaRevocation: "Record the CA's revocation", "记录 CA 吊销";
    DoGrantRefund: "Grant the refund", "同意退款";
    DoRefuseRefund: "Refuse the refund", "拒绝退款";
    DoActivate: "Activate the next certificate", "激活下一张证书";
    DoWake: "Do what is due", "处理到期事项";
    WasSubmitted: "Applied for", "已提交申请";
    WasOpened: "The slot was opened", "名额已开通";
    WasUploaded: "Uploaded", "已上传";
    WasClosed: "Closed", "已关闭";
    WasMerged: "Merged into another slot", "已合并到其他名额";
    WasAbsorbed: "Took another slot in", "已并入其他名额";
    WasChained: "Linked into a chain", "已加入托管链";
    WasDeployed: "Deployed to {}", "已部署到 {}";
    WasUndeployed: "Taken off {}", "已从 {} 取消部署";
    WasChallenged: "The CA said how to prove the domain", "CA 已提供域名验证信息";
    WasProved: "The domain is proved", "域名验证通过";
    WasIssued: "Issued", "已签发";
    WasRejected: "The CA refused the application: {}", "CA 拒绝申请：{}";
    WasWithdrawn: "Withdrawn", "已撤回";
    WasDeleted: "Deleted", "已删除";
    WasCancelled: "Cancelled", "已取消";
    WasRevocationAsked: "Revocation asked for: {}", "已申请吊销：{}";
    WasRevocationConfirmed: "Revocation confirmed", "已确认吊销";
    WasRevoked: "Revoked: {}", "已吊销：{}";
    WasRevocationRefused: "The CA refused the revocation: {}", "CA 拒绝吊销：{}";
    WasClaimed: "The refund was claimed", "已申请退款";
    WasClaimedNoMore: "The refund claim was taken back", "已撤回退款申请";
    WasRefundRefused: "The refund was refused: {}", "退款申请被拒绝：{}";
    ChainMembers: "Certificates of this chain", "该链条的证书";
    ThisOne: "this one", "当前";
    WhyFailed: "The CA refused the application: {}. Correct it and apply again, where the rules permit that.", "CA 拒绝申请：{}。在规则允许的情况下，请修改后重新提交。";
    OwnKey: "The key was made by the holder of this certificate, and is not kept here.", "私钥由证书持有人自行生成，系统未保存。";
    WasAnnounced: "The coming expiry was announced", "已发送到期提醒";
    WasOrphaned: "The CA issued a certificate that came too late", "CA 签发的证书到达过晚";
    DueNotice: "The coming expiry is announced", "发送到期提醒";
    DueActivation: "The service activates it and applies for it", "系统激活并提交申请";
    DueNextActivation: "The service activates the next certificate", "系统激活下一张证书";
    DuePendingExpiration: "It counts as about to expire", "进入即将过期状态";
    DueExpiry: "It is expired", "证书过期";
    DueOpens: "Possible from here on: {}", "开始可执行：{}";
    DueCloses: "No longer possible: {}", "不再可执行：{}";
    DueReturnEnds: "A revocation brings the unit back no more", "吊销不再返还次数";
    DueRefundEnds: "A period for refunds ends", "某项退款条款到期";
    DueRuleChange: "Another rule comes into force: {}", "新规则生效：{}";
    DueMessage: "A message {} days before the expiry", "到期前 {} 天的消息提醒";
    DueGraceEnds: "Its settings are kept no longer", "其配置不再保留";
    DueLastSafeRevocation: "A revocation asked for from here on may come too late", "此后申请吊销可能来不及";
    DueLastSafeClaim: "A refund claimed from here on may come too late", "此后申请退款可能来不及";
    DueCeiling: "Certificates issued from here on are valid for {} days at most", "此后签发的证书有效期最长 {} 天";
    GapNotApplied: "nobody applied yet", "尚未提交申请";
    GapDomainUnproved: "the domain is not proved yet", "域名尚未验证";
    GapWithdrawn: "the application was withdrawn", "申请已撤回";
    GapUnderReview: "the CA reviews the application", "CA 审核中";
    GapFailed: "the CA refused the application", "CA 拒绝了申请";
    GapAutomaticFailed: "the service's own application failed", "系统自动申请失败";
    GapNotDue: "the next certificate is not due yet", "下一张证书尚未到激活时间";
    GapOverdue: "the next certificate was not activated in time", "下一张证书未按时激活";
    GapNoSubmission: "there are no data to apply for the next certificate with", "缺少下一张证书的申请资料";
    GapRevoked: "the certificate was revoked", "证书已吊销";
    GapRevocation: "the certificate is being revoked", "证书吊销中";
    GapGone: "the certificate or slot is gone", "证书或名额已不存在";
    GapNotAtHand: "nothing is known of the next certificate", "没有下一张证书的信息";
    GapCancelled: "a certificate of the chain was cancelled", "链条中的一张证书已取消";
    GapCeiling: "certificates are cut to the CA's ceiling, shorter than the year bought", "证书有效期受 CA 上限限制，短于购买年限";
    GapNoMember: "no certificate of the chain is left", "链条中没有剩余的证书";
    Cancelled: "Cancelled", "已取消";
    Merged: "Merged", "已合并";
    Deleted: "Deleted", "已删除";
}

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words(pub(super) Language);

impl Words {
    pub(super) const fn say(self, text: Text) -> &'static str {
        text.said(self.0)
    }

    /// A text with what is filled in.
    pub(super) fn fill(self, text: Text, values: &[&dyn Display]) -> String {
        let mut parts = self.say(text).split("{}");
        let mut filled = parts.next().unwrap_or_default().to_string();
        let mut values = values.iter();
        for part in parts {
            if let Some(value) = values.next() {
                filled.push_str(&value.to_string());
            }
            filled.push_str(part);
        }
        filled
    }

    pub(super) const fn status(self, status: Status) -> &'static str {
        match (labels(status, self.0), status) {
            ([first, ..], _) => first,
            ([], Status::Cancelled) => self.say(Text::Cancelled),
            ([], Status::Merged) => self.say(Text::Merged),
            ([], Status::Deleted) => self.say(Text::Deleted),
            // All others have a documented name.
            ([], other) => other.word(),
        }
    }

    /// What `lang` says of the page.
    pub(super) const fn tag(self) -> &'static str {
        match self.0 {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    pub(super) const fn other(self) -> Self {
        Self(match self.0 {
            Language::English => Language::Chinese,
            Language::Chinese => Language::English,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_something_and_fill_in_the_same() {
        let places = |text: &str| text.matches("{}").count();
        for text in Text::ALL {
            let [english, chinese] =
                [Language::English, Language::Chinese].map(|language| text.said(language));
            assert!(!english.is_empty() && !chinese.is_empty(), "{text:?}");
            assert_eq!(places(english), places(chinese), "{text:?}");
            let is_ascii = english.is_ascii() || *text == Text::OtherLanguage;
            assert!(is_ascii, "{text:?}: {english}");
        }
    }

    #[test]
    fn every_status_has_a_name_in_both_languages() {
        for status in Status::ALL {
            let said = [Language::English, Language::Chinese].map(|own| Words(own).status(status));
            assert!(
                said[0].is_ascii() && !said[1].is_ascii(),
                "{status:?}: {said:?}"
            );
        }
    }

    #[test]
    fn values_are_filled_in_in_their_order() {
        let words = Words(Language::English);
        assert_eq!(
            words.fill(Text::TooOften, &[&7]),
            "Too many attempts have failed. Try again in 7 seconds."
        );
    }
}
