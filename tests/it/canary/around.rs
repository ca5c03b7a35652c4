//! What stands around a message: headers, tokens, paths; with marks in them.

use lienthong::client::pki::{encode_fingerprint, fingerprint};
use lienthong::domain::time::Clock as _;
use lienthong::server::clock::SystemClock;
use lienthong_proto::Rpc;
use serde_json::json;
use tonic::Request;
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue, BinaryMetadataValue, MetadataMap};

use super::marks::Sort;
use super::world::World;
use crate::harness::agencies::BANK;
use crate::harness::ledger::HUB;
use crate::harness::wire::hear;
use crate::identity::bad_tokens::{header_of, sign};

/// Headers, tokens and paths.
pub(super) async fn around(world: &World) {
    let info = Rpc::AdminServiceGetServerInfo.path();
    for mark in [Sort::Words, Sort::PersonId, Sort::Email].map(|sort| sort.mark(11, 200)) {
        let plain: String = mark.chars().filter(char::is_ascii).collect();
        let more = |metadata: &mut MetadataMap| {
            for name in [
                "x-ho-ten",
                "x-request-id",
                "traceparent",
                "tracestate",
                "baggage",
                "grpc-timeout",
                "referer",
            ] {
                let name = AsciiMetadataKey::from_static(name);
                if let Ok(value) = AsciiMetadataValue::try_from(mark.as_bytes()) {
                    metadata.insert(name, value);
                }
            }
            metadata.insert_bin("x-ho-ten-bin", BinaryMetadataValue::from_bytes(mark.as_bytes()));
        };
        world.hear(BANK, info, vec![Vec::new()], usize::MAX, more).await;
        let escaped: String = url::form_urlencoded::byte_serialize(mark.as_bytes()).collect();
        for path in [
            format!("/{escaped}/{escaped}"),
            format!("/lienthong.hub.v1.RequestService/{escaped}"),
            format!("{info}?{escaped}"),
        ] {
            world.hear(BANK, &path, vec![Vec::new()], usize::MAX, |_| {}).await;
        }
        let keys = &world.keys[BANK.code_text()];
        let print = encode_fingerprint(&fingerprint(&keys.certificate).expect("a certificate"));
        let at = SystemClock.now().seconds();
        let claims = json!({
            "iss": BANK.code_text(), "sub": BANK.officer_id().as_str(), "aud": HUB, "iat": at, "nbf": at, "exp": at + 300,
            "jti": format!("canary-{}", world.key()), "roles": [], "cnf": {"x5t#S256": print},
        });
        let mut tokens = vec![plain.clone(), format!("{plain}.{plain}.{plain}"), escaped];
        for name in ["iss", "sub", "aud", "iat", "exp", "jti", "roles", "cnf", "ho_ten"] {
            for value in [json!(mark), json!([mark]), json!({ mark.as_str(): mark })] {
                let mut claims = claims.clone();
                claims[name] = value;
                tokens.push(sign(keys, &header_of(keys), &claims.to_string()));
            }
        }
        for (name, value) in [
            ("kid", json!(mark)),
            ("typ", json!(mark)),
            ("alg", json!(mark)),
            (mark.as_str(), json!(mark)),
        ] {
            let mut header = header_of(keys);
            header[name] = value;
            tokens.push(sign(keys, &header, &claims.to_string()));
        }
        tokens.push(sign(keys, &header_of(keys), &format!("{{\"{mark}\"")));
        let channel = &world.client(BANK).channel;
        for token in tokens {
            let mut request = Request::new(vec![Vec::new()]);
            request.metadata_mut().insert(
                "authorization",
                format!("Bearer {token}").parse().expect("a header value"),
            );
            let heard = hear(channel.clone(), info, request, usize::MAX).await;
            world.keep_refusal("a call with a wrong token", &heard);
        }
    }
}
