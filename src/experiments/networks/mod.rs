//! Networks, live. These experiments train small networks in the page, on tasks that compose several skills.

pub mod live;
mod plane;
mod states;
mod words;

crate::part! {
    "Networks, live",
    "Small networks are trained on this page: does a power law over skills teach them to compose skills sooner than uniform data?",
    texts: words::TEXTS,
    live_tracking::LiveTracking,
    live_arithmetic::LiveArithmetic,
    live_hops::LiveHops,
}
