#include "api/json_text.h"

#include <utility>

#include <gtest/gtest.h>

namespace replay::api {
namespace {

TEST(JsonText, ADocumentGoesIntoAnObjectAsItIs) {
  EXPECT_EQ(
      std::move(ObjectText().add("n", json::value(1)).add_text("raw", "{ \"a\" : 1.50 }")).finish(),
      R"({"n":1,"raw":{ "a" : 1.50 }})");
}

TEST(JsonText, ArraysOfTextsAreJoined) {
  EXPECT_EQ(array_text({}), "[]");
  EXPECT_EQ(array_text({"1", "{}"}), "[1,{}]");
}

}  // namespace
}  // namespace replay::api
