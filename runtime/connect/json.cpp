// Reading JSON with exact decimals: nlohmann's builder, but a float keeps its text.
#include "runtime/connect/json.h"

#include <algorithm>

namespace endcap::connect {
namespace {

class ExactHandler : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  explicit ExactHandler(Json& document) : Base(document, false) {}
  bool number_float(double, const std::string& text) {
    Json::binary_t kept(std::vector<uint8_t>(text.begin(), text.end()));
    return Base::binary(kept);
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& error) {
    position_ = position;
    return Base::parse_error(position, "", error);
  }
  size_t position() const { return position_; }

 private:
  size_t position_ = 0;
};

constexpr int kExponentMax = 60;  // far past what a 128-bit decimal holds

}  // namespace

std::expected<Json, std::string> parse_json(std::string_view text) {
  Json document;
  ExactHandler handler(document);
  if (!Json::sax_parse(text.begin(), text.end(), &handler) || handler.is_errored()) {
    return std::unexpected("not JSON from byte " + std::to_string(handler.position()) + " on");
  }
  return document;
}

std::string decimal_digits(const Json& value) {
  std::string text;
  if (value.is_string()) text = value.get<std::string>();
  if (value.is_number_integer()) text = value.dump();
  if (value.is_binary()) text.assign(value.get_binary().begin(), value.get_binary().end());
  auto at = text.find_first_of("eE");
  if (at == std::string::npos) return text;

  std::string digits = text.substr(0, at), exponent = text.substr(at + 1);
  if (exponent.starts_with("+")) exponent.erase(0, 1);
  bool down = exponent.starts_with("-");
  if (down) exponent.erase(0, 1);
  if (exponent.empty() || exponent.size() > 3 ||
      exponent.find_first_not_of("0123456789") != std::string::npos)
    return "";
  int shift = std::stoi(exponent) * (down ? -1 : 1);
  if (shift > kExponentMax || shift < -kExponentMax) return "";

  bool negative = digits.starts_with("-");
  if (negative) digits.erase(0, 1);
  auto point = digits.find('.');
  int whole = static_cast<int>(point == std::string::npos ? digits.size() : point);
  if (point != std::string::npos) digits.erase(point, 1);
  whole += shift;
  if (whole <= 0) {
    digits.insert(0, static_cast<size_t>(1 - whole), '0');
    whole = 1;
  }
  if (static_cast<size_t>(whole) > digits.size())
    digits.append(static_cast<size_t>(whole) - digits.size(), '0');
  if (static_cast<size_t>(whole) < digits.size()) digits.insert(static_cast<size_t>(whole), ".");
  return (negative ? "-" : "") + digits;
}

}  // namespace endcap::connect
