#include "api/stored_payload.h"

#include <gtest/gtest.h>

namespace replay::api {
namespace {

TEST(StoredPayload, IsServedByteForByte) {
  EXPECT_EQ(whole_payload("{ \"a\": 1.50 }").document, "{ \"a\": 1.50 }");
}

TEST(StoredPayload, ThatIsMissingIsNullAndNoError) {
  EXPECT_EQ(whole_payload(std::nullopt).document, "null");
  EXPECT_EQ(decision_snapshot(std::nullopt).error, "");
}

TEST(StoredPayload, ThatIsNoJsonIsNullAndSaysWhy) {
  for (const auto& payload : {whole_payload("{oops"), decision_snapshot("{oops")}) {
    EXPECT_EQ(payload.document, "null");
    EXPECT_EQ(payload.error, "The stored payload is not JSON.");
  }
}

TEST(StoredPayload, TheSnapshotIsTakenOutOfIt) {
  EXPECT_EQ(decision_snapshot(R"({"x":1,"decision_snapshot":{"policy":"p"}})").document,
            R"({"policy":"p"})");
}

TEST(StoredPayload, WithoutASnapshotTheWholeIsServed) {
  EXPECT_EQ(decision_snapshot(R"({"reason":"r"})").document, R"({"reason":"r"})");
  EXPECT_EQ(decision_snapshot(R"({"decision_snapshot":null})").document,
            R"({"decision_snapshot":null})");
  EXPECT_EQ(decision_snapshot("[1]").document, "[1]");
}

}  // namespace
}  // namespace replay::api
