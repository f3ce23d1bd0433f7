//! Tencent Cloud: JSON, signed by TC3-HMAC-SHA256.

use super::{Account, Headers};
use crate::digest::{hex, hmac, sha256};
use crate::http::{self, Ask};
use crate::reach::Address;
use hyper::Method;
use jiff::Timestamp;
use serde_json::Value as Json;

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const CONTENT: &str = "application/json; charset=utf-8";

/// The request of one call.
pub(super) fn request(
    account: &Account,
    address: Address,
    mut headers: Headers,
    body: &Json,
    now: Timestamp,
) -> Result<Ask, String> {
    let body = body.to_string().into_bytes();
    let authorization = authorization(account, &address, &body, now);
    let mut own = vec![
        ("content-type", CONTENT.to_owned()),
        ("x-tc-action", account.action.clone()),
        ("x-tc-version", account.version.clone()),
        ("x-tc-timestamp", now.as_second().to_string()),
        ("authorization", authorization),
    ];
    if !account.region.is_empty() {
        own.push(("x-tc-region", account.region.clone()));
    }
    for (name, value) in own {
        headers.push(http::header(name, &value)?);
    }
    Ok(Ask { method: Method::POST, address, headers, body })
}

fn authorization(account: &Account, address: &Address, body: &[u8], now: Timestamp) -> String {
    let host = address.authority();
    // The first word of the host is the service.
    let service = host.split('.').next().unwrap_or_default();
    let names = "content-type;host;x-tc-action";
    let asked = format!(
        "POST\n{}\n{}\ncontent-type:{CONTENT}\nhost:{host}\nx-tc-action:{}\n\n{names}\n{}",
        address.path(),
        address.query(),
        account.action.to_lowercase(),
        sha256(body)
    );
    let date = now.strftime("%Y-%m-%d").to_string();
    let scope = format!("{date}/{service}/tc3_request");
    let text = format!("{ALGORITHM}\n{}\n{scope}\n{}", now.as_second(), sha256(asked.as_bytes()));
    let first = format!("TC3{}", account.key.reveal());
    let key = hmac(&hmac(&hmac(first.as_bytes(), date.as_bytes()), service.as_bytes()), b"tc3_request");
    let signature = hex(&hmac(&key, text.as_bytes()));
    format!("{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", account.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reach;
    use crate::email::Secret;

    /// The example of the page on signature version 3; the key is a row of stars there.
    #[test]
    fn the_signature_is_the_one_of_the_makers_example() {
        let account = Account {
            id: "AKID********************************".to_owned(),
            key: Secret::new("*".repeat(32)),
            action: "DescribeInstances".to_owned(),
            version: "2017-03-12".to_owned(),
            region: "ap-guangzhou".to_owned(),
        };
        let address = Reach::default().address("https://cvm.tencentcloudapi.com").unwrap();
        let body =
            br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let now = Timestamp::from_second(1_551_113_065).unwrap();
        assert_eq!(
            authorization(&account, &address, body, now),
            "TC3-HMAC-SHA256 Credential=AKID********************************/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host;x-tc-action, \
             Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
        );
    }
}
