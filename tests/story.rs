//! One visit, from the village to a verified bundle, through the real window and a real browser.

use xunzhan_tests::session::Laptop;

#[tokio::test]
async fn the_window_opens() {
    let laptop = Laptop::new("laptop");
    let (page, _driver) = laptop.open().await;
    page.picture("00-opened").await;
    page.close().await;
}
