//! Webhooks, for people and for scripts.

use lienthong_proto::v1;
use serde_json::{Value, json};

use super::print::{Lines, Table};
use super::{view, words};

/// A place in a lane.
pub(super) fn position_value(place: &v1::LanePosition) -> Value {
    json!({ "lane": words::lane(place.lane), "position": place.position })
}

/// An endpoint.
pub(super) fn value(endpoint: &v1::WebhookEndpoint) -> Value {
    let key = |key: &v1::WebhookKey| {
        json!({
            "number": key.number,
            "public_key": view::text(&key.public_key),
            "create_time": view::time(key.create_time),
            "end_time": view::time(key.end_time),
        })
    };
    let reason = Some(endpoint.reason).filter(|reason| *reason != 0);
    json!({
        "endpoint_id": endpoint.endpoint_id,
        "url": endpoint.url,
        "lanes": endpoint.lanes.iter().map(|lane| words::lane(*lane)).collect::<Vec<_>>(),
        "actions": endpoint.actions.iter().map(|action| words::action(*action)).collect::<Vec<_>>(),
        "signing": words::webhook_signing(endpoint.signing),
        "keys": endpoint.keys.iter().map(key).collect::<Value>(),
        "state": words::webhook_state(endpoint.state),
        "reason": reason.map(words::webhook_reason),
        "create_time": view::time(endpoint.create_time),
        "update_time": view::time(endpoint.update_time),
        "version": endpoint.version,
        "positions": endpoint.positions.iter().map(position_value).collect::<Value>(),
        "failed_attempts": endpoint.failed_attempts,
        "next_attempt_time": view::time(endpoint.next_attempt_time),
    })
}

fn state_vi(endpoint: &v1::WebhookEndpoint) -> String {
    let state = match endpoint.state() {
        v1::WebhookState::Enabled => "Đang gọi",
        v1::WebhookState::Disabled => "Đã tắt",
        v1::WebhookState::Removed => "Đã gỡ",
        v1::WebhookState::Unspecified => "?",
    };
    let reason = match endpoint.reason() {
        v1::WebhookReason::ByAgency => ": cơ quan tự tắt",
        v1::WebhookReason::Gone => ": nơi nhận trả lời 410",
        v1::WebhookReason::Failed => ": lần gửi cuối không được",
        v1::WebhookReason::Unspecified => "",
    };
    format!("{state}{reason}")
}

/// What an outcome means.
fn outcome_vi(number: i32) -> &'static str {
    match v1::WebhookOutcome::try_from(number) {
        Ok(v1::WebhookOutcome::Delivered) => "đã nhận",
        Ok(v1::WebhookOutcome::Status) => "trả lời mã khác 2xx",
        Ok(v1::WebhookOutcome::Redirect) => "chuyển hướng (không đi theo)",
        Ok(v1::WebhookOutcome::Gone) => "không còn nhận (410)",
        Ok(v1::WebhookOutcome::Timeout) => "không trả lời trong 15 giây",
        Ok(v1::WebhookOutcome::Name) => "không phân giải được tên máy",
        Ok(v1::WebhookOutcome::Address) => "địa chỉ không được phép gọi",
        Ok(v1::WebhookOutcome::Connection) => "không kết nối được",
        Ok(v1::WebhookOutcome::Tls) => "lỗi TLS hoặc chứng thư số",
        Ok(v1::WebhookOutcome::Protocol) => "trả lời không phải HTTP/1.1",
        Ok(v1::WebhookOutcome::Unspecified) | Err(_) => "?",
    }
}

/// What came of one call.
pub(super) fn outcome(number: i32, status: i32) -> String {
    let status = if status == 0 {
        String::new()
    } else {
        format!(" {status}")
    };
    format!("{}: {}{status}\n", words::webhook_outcome(number), outcome_vi(number))
}

/// What came of sending again.
pub(super) fn replayed(answer: &v1::ReplayDeliveriesResponse) -> String {
    if answer.outcome != 0 {
        return outcome(answer.outcome, answer.status_code);
    }
    let mut lines = Lines::default();
    for place in &answer.positions {
        let name = format!("{}: gửi lại sau vị trí / again after", words::lane_vi(place.lane));
        lines.add(&name, &place.position.to_string());
    }
    lines.finish()
}

/// An endpoint, and the secret that was just made.
pub(super) fn one(endpoint: &v1::WebhookEndpoint, secret: &str) -> String {
    let mut lines = Lines::default();
    lines.add("Mã / endpoint", &endpoint.endpoint_id);
    lines.add("Địa chỉ / url", &endpoint.url);
    lines.add("Trạng thái / state", &state_vi(endpoint));
    for key in &endpoint.keys {
        let ends = key.end_time.map(words::rfc3339);
        let ends = ends.map(|ends| format!(" (đến / until {ends})")).unwrap_or_default();
        lines.add(
            &format!("Khóa {} / key", key.number),
            &format!("{}{ends}", key.public_key),
        );
    }
    if !secret.is_empty() {
        lines.add("Khóa bí mật / secret", secret);
        lines.text("Hãy cất khóa này ngay: không hiện lại lần nữa. / Keep it now: it is not shown again.\n");
    }
    lines.finish()
}

/// The agency's endpoints.
pub(super) fn list(endpoints: &[v1::WebhookEndpoint]) -> String {
    let mut table = Table::new(&[
        "Mã / endpoint",
        "Địa chỉ / url",
        "Trạng thái / state",
        "Lần lỗi / failed",
        "Gửi lại lúc / next",
    ]);
    for endpoint in endpoints {
        let next = endpoint.next_attempt_time.map(words::rfc3339);
        table.row(&[
            endpoint.endpoint_id.clone(),
            endpoint.url.clone(),
            state_vi(endpoint),
            endpoint.failed_attempts.to_string(),
            next.unwrap_or_default(),
        ]);
    }
    if table.is_empty() {
        return "Chưa đăng ký địa chỉ nào. / No endpoint.\n".to_owned();
    }
    table.text("")
}

/// What was sent of an entry.
pub(super) fn delivery_value(delivery: &v1::WebhookDelivery) -> Value {
    json!({
        "lane": words::lane(delivery.lane),
        "position": delivery.position,
        "log_index": delivery.log_index,
        "webhook_id": delivery.webhook_id,
        "delivered": delivery.delivered,
        "attempts": delivery.attempts,
        "first_attempt_time": view::time(delivery.first_attempt_time),
        "last_attempt_time": view::time(delivery.last_attempt_time),
        "outcome": words::webhook_outcome(delivery.outcome),
        "status_code": delivery.status_code,
    })
}

/// What was sent.
pub(super) fn deliveries(deliveries: &[v1::WebhookDelivery], more: bool) -> String {
    let mut table = Table::new(&[
        "Làn / lane",
        "Vị trí / position",
        "Số lần / attempts",
        "Lần cuối / last",
        "Kết quả / outcome",
    ]);
    for delivery in deliveries {
        let last = delivery.last_attempt_time.map(words::rfc3339);
        table.row(&[
            words::lane_vi(delivery.lane),
            delivery.position.to_string(),
            delivery.attempts.to_string(),
            last.unwrap_or_default(),
            outcome(delivery.outcome, delivery.status_code).trim_end().to_owned(),
        ]);
    }
    if table.is_empty() {
        return "Chưa gửi gì. / Nothing was sent.\n".to_owned();
    }
    let more = if more {
        "Còn nữa: --all / there is more: --all\n"
    } else {
        ""
    };
    table.text("") + more
}
