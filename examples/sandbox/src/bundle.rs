//! The offline bundle: a trust list and status lists in one file.

use crate::cbor::Value;

/// One file for devices with no network. `status` are status lists with their addresses.
pub(crate) fn encode<'a>(
    trust_list: Vec<u8>,
    status: impl IntoIterator<Item = (&'a str, Vec<u8>)>,
) -> Vec<u8> {
    let status = status.into_iter().map(|(uri, list)| (uri, list.into()));
    let entries =
        [("ikd_bundle", 1.into()), ("trust", trust_list.into()), ("status", Value::map(status))];
    Value::map(entries).encode()
}
