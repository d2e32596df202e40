#include "api/parameters.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace replay::api {
namespace {

http::Request with_query(std::string name, std::string value) {
  http::Request request;
  request.query.emplace_back(std::move(name), std::move(value));
  return request;
}

http::Request with_content_type(std::string type) {
  http::Request request;
  request.headers["content-type"] = std::move(type);
  return request;
}

TEST(Parameters, AWindowHasADefault) { EXPECT_EQ(window_parameter({}, "24h").text(), "24h"); }

TEST(Parameters, AWindowOutOfRangeIsRefused) {
  EXPECT_THROW((void)window_parameter(with_query("window", "91d"), "24h"), Error);
  EXPECT_THROW((void)window_parameter(with_query("window", ""), "24h"), Error);
}

TEST(Parameters, AnEmptyValueCountsAsLeftOut) {
  EXPECT_EQ(text_parameter(with_query("cursor", ""), "cursor"), std::nullopt);
  EXPECT_EQ(text_parameter(with_query("cursor", "x"), "cursor"), "x");
}

TEST(Parameters, TheMediaTypeIsReadWithoutCaseAndParameters) {
  EXPECT_EQ(media_type(with_content_type("Application/JSON ; charset=utf-8")), "application/json");
}

TEST(Parameters, NoTypeAndCurlsDefaultCountAsJson) {
  EXPECT_NO_THROW(require_json({}));
  EXPECT_NO_THROW(require_json(with_content_type("application/x-www-form-urlencoded")));
}

TEST(Parameters, AnotherTypeIsUnsupported) {
  try {
    require_json(with_content_type("text/plain"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported_media);
  }
}

}  // namespace
}  // namespace replay::api
