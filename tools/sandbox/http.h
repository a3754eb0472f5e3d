// Requests and answers of the sandbox, apart from the server that carries them.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace endcap::sandbox {

struct LessIgnoringCase {
  bool operator()(std::string_view a, std::string_view b) const {
    auto lower = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : static_cast<int>(c); };
    return std::lexicographical_compare(
        a.begin(), a.end(), b.begin(), b.end(),
        [&](unsigned char x, unsigned char y) { return lower(x) < lower(y); });
  }
};

struct Request {
  std::string method;
  std::string path;   // percent-decoded, without the query
  std::string query;  // as sent
  std::map<std::string, std::string, LessIgnoringCase> headers;
  std::string body;

  std::string header(std::string_view name) const {
    auto found = headers.find(std::string(name));
    return found == headers.end() ? std::string() : found->second;
  }
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds delay{0};  // before the answer leaves
  bool drop = false;                   // the connection is closed instead of an answer
};

std::string percent_decode(std::string_view text, bool plus_is_space = false);
// The parameters of a query, decoded: "$filter" -> "Plant eq '1001'".
std::map<std::string, std::string> parse_query(std::string_view query);

}  // namespace endcap::sandbox
