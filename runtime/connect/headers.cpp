// Header lines: see headers.h.
#include "runtime/connect/headers.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>

namespace endcap::connect {
namespace {

constexpr Duration kRetryAfterMax = kHour;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

Duration retry_after(const std::string& value) {
  if (!value.empty() && value.size() < 7 && value.find_first_not_of("0123456789") == std::string::npos) {
    return std::min<Duration>(std::stoll(value) * kSecond, kRetryAfterMax);
  }
  time_t moment = curl_getdate(value.c_str(), nullptr), now = time(nullptr);
  return moment > now ? std::min<Duration>((moment - now) * kSecond, kRetryAfterMax) : 0;
}

}  // namespace

std::pair<std::string, std::string> header_of(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  std::string name(line.substr(0, colon)), value(trim(line.substr(colon + 1)));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return {std::move(name), std::move(value)};
}

void keep_header(HttpAnswer& answer, std::string_view line) {
  auto [name, value] = header_of(line);
  if (name == "content-type") answer.content_type = value;
  if (name == "etag") answer.etag = value;
  if (name == "x-csrf-token") answer.csrf_token = value;
  if (name == "location") answer.location = value;
  if (name == "retry-after") answer.retry_after = retry_after(value);
}

}  // namespace endcap::connect
