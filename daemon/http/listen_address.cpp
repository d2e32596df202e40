#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include <boost/asio/ip/address.hpp>

#include "base/error.h"
#include "http/server.h"

namespace replay::http {
namespace {

namespace ip = boost::asio::ip;

[[noreturn]] void refuse(std::string_view text) {
  throw Error(ErrorKind::malformed, "'" + std::string(text) +
                                        "' is no listen address; write host:port, such as "
                                        "127.0.0.1:8080 or [::1]:8080, or unix:/path.");
}

std::string without_brackets(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

bool is_address(const std::string& host) {
  boost::system::error_code error;
  ip::make_address(host, error);
  return !error;
}

}  // namespace

ListenAddress ListenAddress::parse(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  ListenAddress address;
  address.text = text;
  if (text.starts_with(kUnix)) {
    address.is_unix = true;
    address.host = text.substr(kUnix.size());
    if (!address.host.starts_with('/')) refuse(text);
    return address;
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) refuse(text);
  const std::string_view port = text.substr(colon + 1);
  const char* const end = port.data() + port.size();
  const auto [stopped, error] = std::from_chars(port.data(), end, address.port);
  if (error != std::errc{} || stopped != end) refuse(text);
  const std::string_view host = text.substr(0, colon);
  const bool bare_ipv6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  address.host = host.empty() ? "::" : without_brackets(host);
  if (bare_ipv6 || (address.host != "localhost" && !is_address(address.host))) refuse(text);
  return address;
}

bool ListenAddress::is_loopback() const {
  return is_unix || host == "localhost" || ip::make_address(host).is_loopback();
}

}  // namespace replay::http
