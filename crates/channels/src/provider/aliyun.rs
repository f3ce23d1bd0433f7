//! Alibaba Cloud: parameters in the query, signed by ACS3-HMAC-SHA256.

use super::{Account, Headers, nonce};
use crate::digest::{hex, hmac, percent, sha256};
use crate::http::{self, Ask};
use crate::reach::Address;
use hyper::Method;
use jiff::Timestamp;
use serde_json::Value as Json;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The request of one call: each field of the body is a parameter; what has parts goes as JSON in a text, which
/// is how `TemplateParam` wants it.
pub(super) fn request(
    account: &Account,
    address: Address,
    mut headers: Headers,
    body: &Json,
    id: &str,
    now: Timestamp,
) -> Result<Ask, String> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        let text = match value {
            Json::Null => continue,
            Json::String(text) => text.clone(),
            Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
        };
        parameters.push((percent(name), percent(&text)));
    }
    if !account.region.is_empty() {
        parameters.push(("RegionId".to_owned(), percent(&account.region)));
    }
    parameters.sort();
    let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let address = address.with_query(&query.join("&"));
    let date = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let signed = signed(account, &address, &date, &nonce(id, now));
    for (name, value) in signed {
        headers.push(http::header(name, &value)?);
    }
    Ok(Ask { method: Method::POST, address, headers, body: Vec::new() })
}

/// The headers that carry the signature.
fn signed(account: &Account, address: &Address, date: &str, nonce: &str) -> Vec<(&'static str, String)> {
    let empty = sha256(b"");
    let all = [
        ("host", address.authority()),
        ("x-acs-action", account.action.clone()),
        ("x-acs-content-sha256", empty.clone()),
        ("x-acs-date", date.to_owned()),
        ("x-acs-signature-nonce", nonce.to_owned()),
        ("x-acs-version", account.version.clone()),
    ];
    let lines: String = all.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let asked = format!("POST\n{}\n{}\n{lines}\n{names}\n{empty}", address.path(), address.query());
    let text = format!("{ALGORITHM}\n{}", sha256(asked.as_bytes()));
    let signature = hex(&hmac(account.key.reveal().as_bytes(), text.as_bytes()));
    let authorization =
        format!("{ALGORITHM} Credential={},SignedHeaders={names},Signature={signature}", account.id);
    let mut all: Vec<_> = all.into_iter().filter(|(name, _)| *name != "host").collect();
    all.push(("authorization", authorization));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reach;
    use crate::email::Secret;
    use serde_json::json;

    fn example() -> Account {
        Account {
            id: "YourAccessKeyId".to_owned(),
            key: Secret::new("YourAccessKeySecret"),
            action: "RunInstances".to_owned(),
            version: "2014-05-26".to_owned(),
            region: String::new(),
        }
    }

    /// The fixed example of the page on signatures of version 3.
    #[test]
    fn the_signature_is_the_one_of_the_makers_example() {
        let address = Reach::default().address("https://ecs.cn-shanghai.aliyuncs.com/").unwrap();
        let query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai";
        let address = address.with_query(query);
        let headers =
            signed(&example(), &address, "2023-10-26T10:22:32Z", "3156853299f313e23d1673dc12e1703d");
        let (_, authorization) = headers.last().unwrap();
        assert_eq!(
            authorization,
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn parameters_are_sorted_and_encoded_and_parts_go_as_json() {
        let body = json!({
            "TemplateParam": { "name": "王 & 李" }, "PhoneNumbers": "13800000000", "SignName": "云杉~*", "Out": null
        });
        let address = Reach::default().address("https://dysmsapi.aliyuncs.com").unwrap();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let ask = request(&example(), address, Vec::new(), &body, "se_1", now).unwrap();
        assert_eq!(
            ask.address.query(),
            "PhoneNumbers=13800000000&SignName=%E4%BA%91%E6%9D%89~%2A&\
             TemplateParam=%7B%22name%22%3A%22%E7%8E%8B%20%26%20%E6%9D%8E%22%7D"
        );
        let date = ask.headers.iter().find(|(name, _)| name == "x-acs-date").unwrap();
        assert_eq!(date.1, "2023-11-14T22:13:20Z");
    }
}
