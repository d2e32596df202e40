#include "alerting/template.h"

#include <limits>

#include <gtest/gtest.h>

#include "alerting/humanize.h"

namespace replay::alerting {
namespace {

std::string expanded(const std::string& text, double value = 0, const Labels& labels = {}) {
  const auto parsed = Template::parse(text);
  if (const auto* problem = std::get_if<NotUnderstood>(&parsed)) return problem->reason;
  return std::get<Template>(parsed).expand(labels, value);
}

TEST(Template, FillsInValueAndLabels) {
  EXPECT_EQ(expanded("{{ $value }} on {{$labels.instance}}.", 51, {{"instance", "host:8080"}}),
            "51 on host:8080.");
  EXPECT_EQ(expanded("[{{ $labels.missing }}]"), "[]");
  EXPECT_EQ(expanded("no placeholder"), "no placeholder");
}

TEST(Template, FormatsTheValue) {
  EXPECT_EQ(expanded("{{ $value | humanize }}", 1234.5), "1.234k");
  EXPECT_EQ(expanded("{{ $value | humanizeDuration }}", 93784.25), "1d 2h 3m 4s");
  EXPECT_EQ(expanded("{{ $value | humanizePercentage }}", 0.125), "12.5%");
  EXPECT_EQ(expanded("{{ $value | printf \"%.2f\" }}", 2.0 / 3), "0.67");
}

TEST(Template, NamesWhatItDoesNotFillIn) {
  EXPECT_EQ(expanded("x {{ range . }}"), "{{ range . }} is not filled in");
  EXPECT_EQ(expanded("{{ $labels.a | humanize }}"), "{{ $labels.a | humanize }} is not filled in");
  EXPECT_EQ(expanded("{{ $value | printf \"%d\" }}"),
            "{{ $value | printf \"%d\" }} is not filled in");
  EXPECT_EQ(expanded("{{- $value }}"), "{{- $value }} is not filled in");
  EXPECT_EQ(expanded("a {{ $value"), "{{ has no }}");
}

// What Prometheus 2.42 prints, from promtool.
struct Printed {
  double value;
  const char* plain;
  const char* human;
  const char* duration;
  const char* percentage;
  const char* fixed;
};

class Humanize : public ::testing::TestWithParam<Printed> {};

TEST_P(Humanize, PrintsAsPrometheus) {
  const Printed& want = GetParam();
  EXPECT_EQ(plain(want.value), want.plain);
  EXPECT_EQ(humanize(want.value), want.human);
  EXPECT_EQ(humanize_duration(want.value), want.duration);
  EXPECT_EQ(humanize_percentage(want.value), want.percentage);
  EXPECT_EQ(fixed(want.value, 2), want.fixed);
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Values, Humanize,
    ::testing::Values(
        Printed{1000000, "1e+06", "1M", "11d 13h 46m 40s", "1e+08%", "1000000.00"},
        Printed{123456789, "1.23456789e+08", "123.5M", "1428d 21h 33m 9s", "1.235e+10%",
                "123456789.00"},
        Printed{0.00001234, "1.234e-05", "12.34u", "12.34us", "0.001234%", "0.00"},
        Printed{0.25, "0.25", "250m", "250ms", "25%", "0.25"},
        Printed{-12345.678, "-12345.678", "-12.35k", "-3h 25m 45s", "-1.235e+06%", "-12345.68"},
        Printed{999.96, "999.96", "1000", "16m 39s", "1e+05%", "999.96"},
        Printed{9999.7, "9999.7", "10k", "2h 46m 39s", "1e+06%", "9999.70"},
        Printed{100000, "100000", "100k", "1d 3h 46m 40s", "1e+07%", "100000.00"},
        Printed{0, "0", "0", "0s", "0%", "0.00"},
        Printed{-0.5, "-0.5", "-500m", "-500ms", "-50%", "-0.50"},
        Printed{0.0001, "0.0001", "100u", "100us", "0.01%", "0.00"},
        Printed{1234567.5, "1.2345675e+06", "1.235M", "14d 6h 56m 7s", "1.235e+08%", "1234567.50"},
        Printed{kInfinity, "+Inf", "+Inf", "+Inf", "+Inf%", "+Inf"},
        Printed{std::numeric_limits<double>::quiet_NaN(), "NaN", "NaN", "NaN", "NaN%", "NaN"}));

}  // namespace
}  // namespace replay::alerting
