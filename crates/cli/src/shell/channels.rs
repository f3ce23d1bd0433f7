//! `nurture channels`.

use super::ask::loaded;
use super::open::{self, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::channels::ChannelRow;
use engine::operate::WHO;
use store::channel;

/// The channels of the project, by name, and which of them the other side has closed.
pub async fn channels(config: &Config) -> Result<Vec<ChannelRow>, Failure> {
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let mut closed = channel::closed(&mut conn).await.map_err(|error| of_store(config, &error))?;
    let declared = published.project.library.channels.iter();
    Ok(declared.map(|(name, channel)| ChannelRow::of(name, channel, closed.remove(name))).collect())
}

/// Opens a channel that the other side has closed. `false`: it was open. Errors: there is none of that name (4).
pub async fn open_channel(config: &Config, name: &str) -> Result<bool, Failure> {
    let (store, published) = loaded(config).await?;
    let known: Vec<&str> = published.project.library.channels.keys().map(String::as_str).collect();
    if !known.contains(&name) {
        let values = [("name", name), ("known", &known.join(", "))];
        return Err(Failure::say(Exit::NotFound, config.language.value, "channels-unknown", &values));
    }
    let now = open::now(config, &store).await?;
    let opened = async {
        let mut transaction = store.begin().await?;
        let opened = channel::open(&mut transaction, name).await?;
        if opened {
            store::audit::record(&mut transaction, WHO, "channel open", name, now).await?;
        }
        store::commit(transaction).await?;
        Ok(opened)
    };
    opened.await.map_err(|error| of_store(config, &error))
}
