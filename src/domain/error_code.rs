//! The list of error codes. Codes are append-only: clients and statistics rely on them.

/// The closed list of kinds of failure. Each maps to one gRPC code and one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// The input is wrong; sending it again will not help.
    InvalidInput,
    /// There is no such thing, or it is not the caller's.
    NotFound,
    /// The key or name is taken by something else.
    AlreadyExists,
    /// The thing is not in a state that allows this.
    FailedPrecondition,
    /// Somebody else was faster; read again and retry.
    Conflict,
    /// The caller could not be identified.
    Unauthenticated,
    /// The caller is known and may not do this.
    PermissionDenied,
    /// A limit of size or rate is reached.
    Exhausted,
    /// The hub cannot serve now; retry later.
    Unavailable,
    /// A fault of the hub.
    Internal,
}

macro_rules! error_codes {
    ($($(#[$meta:meta])* $variant:ident, $text:literal, $category:ident, $vi:literal, $en:literal;)+) => {
        /// Every error code of the hub.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$meta])* $variant,)+ }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable text (`ErrorInfo.reason`).
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// What kind of failure it is.
            pub const fn category(self) -> Category {
                match self { $(Self::$variant => Category::$category,)+ }
            }

            /// The standard text, Vietnamese.
            pub const fn text_vi(self) -> &'static str {
                match self { $(Self::$variant => $vi,)+ }
            }

            /// The standard text, English.
            pub const fn text_en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }
    };
}

impl ErrorCode {
    /// Whether it tells of the hub, and nothing of what was asked.
    pub fn is_of_the_hub(self) -> bool {
        matches!(self.category(), Category::Unavailable | Category::Internal)
    }
}

error_codes! {
    /// The document is not JSON, or breaks the rules of JSON text here.
    DocumentMalformed, "DOCUMENT_MALFORMED", InvalidInput,
        "Văn bản không phải JSON hợp lệ.", "The document is not valid JSON.";
    /// The document breaks its schema.
    DocumentInvalid, "DOCUMENT_INVALID", InvalidInput,
        "Văn bản có trường không hợp lệ.", "The document has invalid fields.";
    /// A field of the message is wrong.
    FieldInvalid, "FIELD_INVALID", InvalidInput,
        "Yêu cầu có trường không hợp lệ.", "The message has invalid fields.";
    /// The document is larger than the limit.
    DocumentTooLarge, "DOCUMENT_TOO_LARGE", Exhausted,
        "Văn bản vượt quá dung lượng cho phép.", "The document is larger than the limit.";
    /// The signature of a document is not good; the reason says why.
    SignatureInvalid, "SIGNATURE_INVALID", InvalidInput,
        "Chữ ký số của văn bản không hợp lệ.", "The document's signature is not valid.";
    /// The kind asks for a signature that is not there.
    SignatureRequired, "SIGNATURE_REQUIRED", FailedPrecondition,
        "Loại yêu cầu này phải được ký số.", "This kind must be signed.";
    /// The paper's signer is no officer who may sign it.
    SignerNotAuthorised, "SIGNER_NOT_AUTHORISED", PermissionDenied,
        "Người ký không có thẩm quyền ký văn bản này vào ngày ghi trên văn bản.",
        "The signer had no authority to sign this document on its date.";
    /// Signed documents are not taken by this hub. Given by hubs before version 0.2 alone.
    SignatureNotEnabled, "SIGNATURE_NOT_ENABLED", FailedPrecondition,
        "Cổng này chưa nhận văn bản ký số dạng JWS.", "This hub does not take JWS documents yet.";
    /// No such kind, or not in force on that date.
    KindUnknown, "KIND_UNKNOWN", InvalidInput,
        "Không có loại yêu cầu này hoặc loại này không còn hiệu lực.", "There is no such kind, or it is not in force.";
    /// The kind does not allow this sender or recipient.
    KindNotAllowed, "KIND_NOT_ALLOWED", PermissionDenied,
        "Cơ quan không được gửi loại yêu cầu này.", "The agency may not send this kind.";
    /// A recipient does not exist, is suspended, or may not receive this kind.
    RecipientUnknown, "RECIPIENT_UNKNOWN", InvalidInput,
        "Không có nơi nhận này, hoặc nơi nhận không nhận loại yêu cầu này.",
        "There is no such recipient, or it does not receive this kind.";
    /// A digital recipient has no credentials or officers yet.
    RecipientNotConnected, "RECIPIENT_NOT_CONNECTED", FailedPrecondition,
        "Nơi nhận chưa kết nối; hãy gửi văn bản giấy theo Điều 20 Nghị định 152/2026/NĐ-CP.",
        "The recipient is not connected; send it on paper (Decree 152/2026 Art. 20).";
    /// The request does not exist or is not the caller's: the same words for both.
    RequestNotFound, "REQUEST_NOT_FOUND", NotFound,
        "Không tìm thấy yêu cầu.", "The request was not found.";
    /// The broadcast does not exist or is not the caller's.
    BroadcastNotFound, "BROADCAST_NOT_FOUND", NotFound,
        "Không tìm thấy lần gửi nhiều nơi nhận.", "The broadcast was not found.";
    /// The agency does not exist or may not be seen.
    AgencyNotFound, "AGENCY_NOT_FOUND", NotFound,
        "Không tìm thấy cơ quan, tổ chức.", "The agency was not found.";
    /// The officer does not exist.
    OfficerNotFound, "OFFICER_NOT_FOUND", NotFound,
        "Không tìm thấy cán bộ.", "The officer was not found.";
    /// The unit does not exist.
    UnitNotFound, "UNIT_NOT_FOUND", NotFound,
        "Không tìm thấy đơn vị.", "The unit was not found.";
    /// The credential does not exist.
    CredentialNotFound, "CREDENTIAL_NOT_FOUND", NotFound,
        "Không tìm thấy chứng thư số.", "The credential was not found.";
    /// The kind does not exist.
    KindNotFound, "KIND_NOT_FOUND", NotFound,
        "Không tìm thấy loại yêu cầu.", "The kind was not found.";
    /// A document named by this one does not exist or is not the caller's.
    ReferenceNotFound, "REFERENCE_NOT_FOUND", FailedPrecondition,
        "Văn bản được viện dẫn không có hoặc không thuộc cơ quan.", "A referenced document was not found or is not yours.";
    /// The entry of the log does not exist or is not the caller's: the same words for both.
    EntryNotFound, "ENTRY_NOT_FOUND", NotFound,
        "Không tìm thấy mục nhật ký.", "The log entry was not found.";
    /// The order that is cited does not cover this one.
    ReferenceMismatch, "REFERENCE_MISMATCH", FailedPrecondition,
        "Văn bản được viện dẫn không bao gồm nội dung của văn bản này.",
        "The order that is cited does not cover this one.";
    /// The key was used for other content.
    KeyReused, "KEY_REUSED", AlreadyExists,
        "Khóa này đã dùng cho nội dung khác.", "The key was already used for other content.";
    /// The name or code is taken.
    AlreadyRegistered, "ALREADY_REGISTERED", AlreadyExists,
        "Mã này đã được đăng ký.", "This is already registered.";
    /// The workflow does not allow this action in this state.
    TransitionNotAllowed, "TRANSITION_NOT_ALLOWED", FailedPrecondition,
        "Không thực hiện được thao tác này ở trạng thái hiện tại.", "The action is not allowed in the current state.";
    /// The measure must end first.
    MeasureInForce, "MEASURE_IN_FORCE", FailedPrecondition,
        "Biện pháp đang có hiệu lực; phải chấm dứt trước khi đóng.", "A measure is in force; end it before closing.";
    /// The version is stale.
    VersionConflict, "VERSION_CONFLICT", Conflict,
        "Yêu cầu đã thay đổi; hãy đọc lại rồi thử lại.", "The request has changed; read it again and retry.";
    /// The cursor would pass beyond what exists.
    PositionOutOfRange, "POSITION_OUT_OF_RANGE", InvalidInput,
        "Vị trí vượt quá hộp thư.", "The position is beyond the mailbox.";
    /// No client certificate, or one that is not registered for TLS.
    CertificateNotRegistered, "CERTIFICATE_NOT_REGISTERED", Unauthenticated,
        "Chứng thư số của kết nối chưa được đăng ký.", "The connection's certificate is not registered.";
    /// No token, or one that is not valid.
    TokenInvalid, "TOKEN_INVALID", Unauthenticated,
        "Mã truy cập không hợp lệ.", "The token is not valid.";
    /// The agency or officer may not act now.
    AgencySuspended, "AGENCY_SUSPENDED", PermissionDenied,
        "Cơ quan đang bị tạm ngừng sử dụng.", "The agency is suspended.";
    /// The officer is not registered or no longer in office.
    OfficerNotActive, "OFFICER_NOT_ACTIVE", PermissionDenied,
        "Cán bộ chưa đăng ký hoặc đã thôi nhiệm vụ.", "The officer is not registered or no longer in office.";
    /// The role may not call this method.
    MethodNotAllowed, "METHOD_NOT_ALLOWED", PermissionDenied,
        "Vai trò của cơ quan không được dùng chức năng này.", "The agency's role may not call this method.";
    /// The document's sender is not the caller.
    AgencyMismatch, "AGENCY_MISMATCH", PermissionDenied,
        "Cơ quan trong văn bản không phải cơ quan đang kết nối.", "The document's agency is not the caller.";
    /// The queue is full or a rate is reached.
    Overloaded, "OVERLOADED", Exhausted,
        "Hệ thống đang quá tải; hãy thử lại sau.", "The hub is overloaded; retry later.";
    /// A stream's reader has taken nothing for too long.
    ReaderStalled, "READER_STALLED", Exhausted,
        "Bên nhận không đọc luồng quá lâu nên luồng bị ngắt; hãy mở lại từ vị trí nêu kèm theo.",
        "The stream was not read for too long and was cut; open it again after the positions given.";
    /// The database cannot be reached, or the hub is stopping.
    Unavailable, "UNAVAILABLE", Unavailable,
        "Hệ thống tạm thời không phục vụ; hãy thử lại với cùng khóa.", "The hub cannot serve now; retry with the same key.";
    /// The hub's clock is off; writes are refused.
    ClockSkew, "CLOCK_SKEW", Unavailable,
        "Đồng hồ hệ thống lệch; tạm dừng ghi nhận.", "The hub's clock is off; writes are refused.";
    /// The log in the database does not go on from what this hub has signed.
    LedgerReadOnly, "LEDGER_READ_ONLY", FailedPrecondition,
        "Cổng chỉ cho đọc: nhật ký trong cơ sở dữ liệu không khớp với phần cổng đã ký; đơn vị vận hành đã được báo động.",
        "The hub is read-only: the log in its database does not go on from what it has signed; the operator has been alarmed.";
    /// The hub has no agency yet.
    NotInitialised, "NOT_INITIALISED", FailedPrecondition,
        "Hệ thống chưa được khởi tạo.", "The hub is not initialised.";
    /// The hub was initialised before.
    AlreadyInitialised, "ALREADY_INITIALISED", FailedPrecondition,
        "Hệ thống đã được khởi tạo.", "The hub is already initialised.";
    /// The calendar has no data for that year.
    CalendarMissing, "CALENDAR_MISSING", FailedPrecondition,
        "Chưa có lịch làm việc của năm này.", "There is no calendar for that year.";
    /// The operator would have no officer or certificate left.
    OperatorLockout, "OPERATOR_LOCKOUT", FailedPrecondition,
        "Đơn vị vận hành phải còn ít nhất một cán bộ tại nhiệm và chứng thư số cho TLS và TOKEN; hãy đăng ký cái mới trước.",
        "The operator must keep an officer in office and certificates for TLS and TOKEN; register the new ones first.";
    /// The method does not exist here.
    MethodUnknown, "METHOD_UNKNOWN", NotFound,
        "Không có chức năng này.", "There is no such method.";
    /// No such uploaded document, or not the caller's.
    DocumentNotFound, "DOCUMENT_NOT_FOUND", NotFound,
        "Không có tài liệu này.", "There is no such document.";
    /// The bytes of an uploaded document are missing or not the ones that were uploaded.
    DocumentDamaged, "DOCUMENT_DAMAGED", Internal,
        "Tài liệu lưu tại cổng bị thiếu hoặc hỏng; không dùng phần đã tải về. Đơn vị vận hành đã được báo động.",
        "The stored document is missing or damaged; do not use what was downloaded. The operator has been alarmed.";
    /// An upload is to go on elsewhere than where it stopped.
    UploadOffsetMismatch, "UPLOAD_OFFSET_MISMATCH", FailedPrecondition,
        "Vị trí gửi tiếp không phải nơi lần tải lên này đã dừng; hãy hỏi lại bằng GetUpload.",
        "The offset is not where this upload stopped; ask GetUpload again.";
    /// There is no such drafted notice, or it is not the caller's.
    NoticeNotFound, "NOTICE_NOT_FOUND", NotFound,
        "Không có dự thảo báo cáo này.", "There is no such drafted notice.";
    /// No agency is registered to which the notice could go.
    NoticeAddresseeMissing, "NOTICE_ADDRESSEE_MISSING", FailedPrecondition,
        "Chưa có cơ quan có thẩm quyền nào được đăng ký để nhận báo cáo này; hãy in và gửi bằng văn bản giấy.",
        "No competent agency is registered that could get this notice; print it and send it on paper.";
    /// A fault of the hub.
    Internal, "INTERNAL", Internal,
        "Lỗi hệ thống; đã ghi nhận.", "An internal fault; it has been logged.";
    /// The number stands in the register of the year already.
    RegistryNumberTaken, "REGISTRY_NUMBER_TAKEN", AlreadyExists,
        "Số vào sổ này đã có trong sổ của năm.", "This registry number stands in the year's register already.";
    /// The order relates to a measure that is not in force at this recipient.
    MeasureNotInForce, "MEASURE_NOT_IN_FORCE", FailedPrecondition,
        "Biện pháp được viện dẫn không còn hiệu lực tại nơi nhận này.",
        "The measure named is not in force at this recipient.";
    /// The place belongs to another office.
    WrongOffice, "WRONG_OFFICE", FailedPrecondition,
        "Địa bàn này không thuộc thẩm quyền của nơi nhận.", "The place is outside the recipient's territory.";
    /// The officer's rights within the agency do not reach this.
    OfficerScopeTooNarrow, "OFFICER_SCOPE_TOO_NARROW", PermissionDenied,
        "Phạm vi quyền của cán bộ trong cơ quan không đủ để thực hiện việc này.",
        "The officer's rights within the agency do not reach this.";
    /// The content was erased by two persons' decision.
    ContentErased, "CONTENT_ERASED", FailedPrecondition,
        "Nội dung đã được xóa theo quyết định của hai người sau khi hết thời hạn lưu; chứng cứ về việc gửi, nhận vẫn còn.",
        "The content was erased by two persons' decision after its retention; the proof of what was sent and received remains.";
    /// The content may not be erased yet; each hindrance is named.
    ErasureNotDue, "ERASURE_NOT_DUE", FailedPrecondition,
        "Chưa được xóa nội dung này; lý do của từng yêu cầu nêu kèm theo.",
        "This content may not be erased yet; the reasons stand beside each request.";
    /// No answer clock of the request has been entered as overdue.
    ClockNotOverdue, "CLOCK_NOT_OVERDUE", FailedPrecondition,
        "Chưa có thời hạn trả lời nào của yêu cầu này được ghi nhận là đã quá; chưa lập được xác nhận quá thời hạn không trả lời.",
        "No answer deadline of this EnforcementRequest has been entered as overdue, so there is no silence to certify.";
    /// The request has an answer, so that there is no silence.
    RequestAnswered, "REQUEST_ANSWERED", FailedPrecondition,
        "Yêu cầu này đã có trả lời, dù muộn; không lập được xác nhận không trả lời. Bộ chứng cứ cho biết trả lời lúc nào.",
        "This EnforcementRequest has an answer, though it may be late, so silence cannot be certified. The bundle tells when it came.";
    /// No suspension of clocks has this id.
    SuspensionNotFound, "SUSPENSION_NOT_FOUND", NotFound,
        "Không tìm thấy việc tạm dừng tính thời hạn này.", "The suspension was not found.";
    /// No such proposal, or not the caller's.
    ErasureNotFound, "ERASURE_NOT_FOUND", NotFound,
        "Không tìm thấy đề nghị xóa nội dung.", "The proposal to erase was not found.";
    /// A proposal about the same content waits for its decision.
    ErasurePending, "ERASURE_PENDING", AlreadyExists,
        "Đã có đề nghị xóa nội dung này đang chờ quyết định.", "A proposal to erase this content waits for its decision.";
    /// The proposal was decided, or nobody decided it in time.
    ErasureNotPending, "ERASURE_NOT_PENDING", FailedPrecondition,
        "Đề nghị xóa đã được quyết định hoặc đã quá 30 ngày mà chưa được quyết định.",
        "The proposal to erase was decided, or it lapsed after 30 days without a decision.";
    /// Whoever decides must be another officer than the one who proposed.
    SecondPersonRequired, "SECOND_PERSON_REQUIRED", PermissionDenied,
        "Người quyết định phải khác người đề nghị.", "Whoever decides must be another officer than the one who proposed.";
    /// No such endpoint of webhooks, or not the caller's.
    WebhookNotFound, "WEBHOOK_NOT_FOUND", NotFound,
        "Không tìm thấy địa chỉ nhận báo.", "The webhook endpoint was not found.";
    /// The agency has as many endpoints as it may.
    WebhookLimit, "WEBHOOK_LIMIT", FailedPrecondition,
        "Cơ quan đã có đủ số địa chỉ nhận báo; hãy gỡ một địa chỉ trước.",
        "The agency has as many webhook endpoints as it may; remove one first.";
    /// The operator has not turned webhooks on.
    WebhooksOff, "WEBHOOKS_OFF", FailedPrecondition,
        "Cổng này chưa bật chức năng gọi địa chỉ nhận báo.", "Webhooks are turned off at this hub.";
    /// No such case, or not the caller's: the same words for both.
    CaseNotFound, "CASE_NOT_FOUND", NotFound,
        "Không tìm thấy việc thi hành án.", "The case was not found.";
    /// What is stated of a case does not fit it; each line is named.
    CaseChangeRefused, "CASE_CHANGE_REFUSED", FailedPrecondition,
        "Nội dung nêu về việc thi hành án không phù hợp; từng dòng nêu kèm theo.",
        "What is stated of the case does not fit it; each line is named.";
    /// The case takes no such order where it stands.
    CaseNotOpen, "CASE_NOT_OPEN", FailedPrecondition,
        "Việc thi hành án ở trạng thái không được gửi văn bản này.", "The case takes no such order where it stands.";
    /// A period can be signed off only when its last day has passed.
    PeriodNotOver, "PERIOD_NOT_OVER", FailedPrecondition,
        "Kỳ báo cáo chưa kết thúc nên chưa thể khóa sổ.", "The period is not over yet, so that it cannot be closed.";
    /// A period is closed once.
    PeriodAlreadyClosed, "PERIOD_ALREADY_CLOSED", AlreadyExists,
        "Kỳ báo cáo đã được khóa sổ; số liệu đã khóa không thay đổi.", "The period is closed already; closed figures stay as they are.";
    /// The figures are not those that the head has seen.
    PeriodFiguresChanged, "PERIOD_FIGURES_CHANGED", Conflict,
        "Số liệu của kỳ đã thay đổi kể từ lúc xem; hãy xem lại trước khi khóa sổ.",
        "The figures of the period have changed since they were looked at; look again before closing.";
    /// More than is owed in the case.
    CaseAmountExceeded, "CASE_AMOUNT_EXCEEDED", FailedPrecondition,
        "Số tiền vượt phần nghĩa vụ còn lại của việc thi hành án.", "The amount is above what is owed in the case.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_upper_snake_and_short() {
        let mut seen = std::collections::BTreeSet::new();
        for code in ErrorCode::ALL {
            assert!(seen.insert(code.as_str()), "{}", code.as_str());
            assert!(code.as_str().len() <= 63);
            assert!(code.as_str().bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
            assert!(!code.text_vi().is_empty() && !code.text_en().is_empty());
        }
    }
}
