#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace replay::testing {

struct HttpResponse {
  unsigned status = 0;
  std::multimap<std::string, std::string> headers;  ///< names in lower case
  std::string body;                                 ///< as it was sent, perhaps compressed

  /// The first value of that name in any letter case, or "" where absent.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;

  /// The gzip-compressed body's text. Throws std::runtime_error where it is none.
  [[nodiscard]] std::string gunzip() const;

  /// The body as a document. Throws std::runtime_error with the body where it is none.
  [[nodiscard]] json::value to_json() const;
};

/// A small blocking HTTP/1.1 client for tests: keeps its connection, and opens a new one where the
/// server has closed it. Every wait ends after 20 s with std::runtime_error. Not for concurrent
/// use.
class HttpClient {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// `host:port` (numeric) or `unix:/path`, as Server::addresses() gives them. Connects at the
  /// first use.
  explicit HttpClient(std::string address);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpResponse get(const std::string& path, const Headers& headers = {});
  HttpResponse post(const std::string& path, const std::string& body,
                    const std::string& content_type = "application/json");
  HttpResponse request(const std::string& method, const std::string& path,
                       const Headers& headers = {}, const std::string& body = {});

  /// Bytes as they are, for what request() would never send.
  void send(std::string_view bytes);

  /// The next answer on the connection; `to_head`: one without a body whatever its headers say.
  HttpResponse receive(bool to_head = false);

  /// Waits until the server closes its side; true where nothing more came before.
  bool wait_for_close();

  void connect();
  void finish_sending();  ///< the server sees the end of the stream
  void disconnect();

 private:
  [[nodiscard]] bool closed_by_server() const;
  bool read_more();
  std::string take(std::size_t bytes);
  std::string take_header();

  std::string address_;
  int socket_ = -1;
  std::string buffer_;  ///< received, not yet taken
};

}  // namespace replay::testing
