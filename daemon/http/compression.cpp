#include "http/compression.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <boost/algorithm/string/predicate.hpp>
#include <zlib.h>

namespace replay::http {
namespace {

/// Below it the gzip header and a packet's slack eat what is saved.
constexpr std::size_t kMinimumBytes = 512;

/// A step below zlib's default: JSON repeats itself enough, and an io thread waits for it.
constexpr int kLevel = 5;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

/// Cuts the piece before the separator off the front of `text`.
std::string_view take_piece(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(piece);
}

/// The weight among a coding's parameters: 1 where there is none, 0 (not wanted) where it is
/// unreadable.
double weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = take_piece(parameters, ';');
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    double weight = 0;
    const char* const end = parameter.data() + parameter.size();
    const auto [stopped, error] = std::from_chars(parameter.data() + 2, end, weight);
    const bool readable = error == std::errc{} && stopped == end && weight >= 0 && weight <= 1;
    return readable ? weight : 0;
  }
  return 1;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<double> gzip;
  std::optional<double> identity;
  std::optional<double> any;
  while (!accept_encoding.empty()) {
    std::string_view item = take_piece(accept_encoding, ',');
    const std::string_view coding = take_piece(item, ';');
    if (boost::iequals(coding, "gzip") || boost::iequals(coding, "x-gzip")) gzip = weight_of(item);
    if (boost::iequals(coding, "identity")) identity = weight_of(item);
    if (coding == "*") any = weight_of(item);
  }
  const double wanted = gzip.value_or(any.value_or(0));
  return wanted > 0 && wanted >= identity.value_or(0);
}

bool is_compressible(const Response& response) {
  const std::string_view type = response.content_type;
  const bool is_text = type.starts_with("text/") || type.starts_with("application/json") ||
                       type.starts_with("application/openmetrics-text") ||
                       type.starts_with("application/x-ndjson");
  return is_text && response.body.size() >= kMinimumBytes &&
         !response.headers.contains("Content-Encoding");
}

std::string gzip(std::string_view text) {
  constexpr int kGzipWindow = 15 + 16;  // zlib's largest window, with gzip's header and trailer
  constexpr int kDefaultMemory = 8;
  if (text.size() > std::numeric_limits<uInt>::max()) {
    throw std::length_error("an answer of more than 4 GiB cannot be compressed at once");
  }
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kDefaultMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  std::string compressed(deflateBound(&stream, text.size()), '\0');
  // zlib's interface is older than const; it does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  const int result = deflate(&stream, Z_FINISH);
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib did not finish within its own bound");
  return compressed;
}

}  // namespace replay::http
