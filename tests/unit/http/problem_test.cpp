#include "http/problem.h"

#include <gtest/gtest.h>

namespace replay::http {
namespace {

using Case = std::pair<ErrorKind, unsigned>;
class ProblemStatus : public ::testing::TestWithParam<Case> {};

TEST_P(ProblemStatus, IsTheContracts) { EXPECT_EQ(to_status(GetParam().first), GetParam().second); }

INSTANTIATE_TEST_SUITE_P(
    Problem, ProblemStatus,
    ::testing::Values(Case{ErrorKind::malformed, 400}, Case{ErrorKind::out_of_range, 422},
                      Case{ErrorKind::not_found, 404}, Case{ErrorKind::method_not_allowed, 405},
                      Case{ErrorKind::conflict, 409}, Case{ErrorKind::too_large, 413},
                      Case{ErrorKind::unsupported_media, 415}, Case{ErrorKind::rate_limited, 429},
                      Case{ErrorKind::busy, 503}, Case{ErrorKind::unavailable, 503},
                      Case{ErrorKind::corrupt, 500}, Case{ErrorKind::internal, 500}));

TEST(Problem, IsOneSentenceAsDetail) {
  const Response response = problem(Error(ErrorKind::not_found, "There is no task \"x\"."));
  EXPECT_EQ(response.body, R"({"detail":"There is no task \"x\"."})");
}

TEST(Problem, BusySaysWhenToRetry) {
  EXPECT_EQ(problem(Error(ErrorKind::busy, "Full.")).headers.at("Retry-After"), "1");
}

TEST(Problem, ErrorsOwnRetryAfterWins) {
  const Error error(ErrorKind::busy, "Full.", std::chrono::seconds(7));
  EXPECT_EQ(problem(error).headers.at("Retry-After"), "7");
}

TEST(Problem, LastingErrorHasNoRetryAfter) {
  EXPECT_FALSE(problem(Error(ErrorKind::conflict, "No.")).headers.contains("Retry-After"));
}

TEST(Problem, InternalOneNamesTheRequest) {
  const Response response = internal_problem("abc123");
  EXPECT_EQ(response.status, 500U);
  EXPECT_NE(response.body.find("abc123"), std::string::npos);
  EXPECT_EQ(response.headers.at("X-Request-Id"), "abc123");
}

}  // namespace
}  // namespace replay::http
