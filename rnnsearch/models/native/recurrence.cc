// A cell over all steps of a sequence, forward and back, on one core of a CPU: what
// rnnsearch/models/recurrence.py has XLA do in a dozen kernels a step. Here a step is a loop over blocks of
// sequences; weights and states stay in the core's cache, and nothing is called.
//
// Axes: T steps, S states, B sequences, H units, G gates; 32-bit floats without gaps, H a multiple of 16.

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "xla/ffi/api/c_api.h"

namespace {

#ifdef __AVX512F__
constexpr int kWide = 16;  // numbers in a vector
constexpr int kSums = 24;  // vectors that a product adds up in registers
#else
constexpr int kWide = 8;
constexpr int kSums = 10;
#endif
typedef float Vector __attribute__((vector_size(4 * kWide)));

inline Vector load(const float* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

inline void store(float* to, Vector vector) { std::memcpy(to, &vector, sizeof vector); }

// The rational function of Eigen and XLA: right to a few of the last bits; of NaN it is NaN.
inline Vector tanh_of(Vector x) {
  const Vector most = Vector{} + 7.90531110763549805f;
  x = x > most ? most : x;
  x = x < -most ? -most : x;
  const Vector s = x * x;
  Vector p = s * -2.76076847742355e-16f + 2.00018790482477e-13f;
  p = p * s + -8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  Vector q = s * 1.19825839466702e-06f + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  return x * p / q;
}

inline Vector sigmoid_of(Vector x) { return tanh_of(x * 0.5f) * 0.5f + 0.5f; }

// A cell's equations, for kWide units of a sequence. `at` numbers parts of arrays that lie `apart` numbers
// apart: x and recurrent shares by gate, kept by what is kept.
struct Gru {
  static constexpr int gates = 3, states = 1, kept = 4;

  static void forward(const float* x, int64_t gate, const Vector* share, const float* before,
                      float* kept, float* after, int64_t apart) {
    const Vector z = sigmoid_of(load(x) + share[0]);
    const Vector r = sigmoid_of(load(x + gate) + share[1]);
    const Vector c = tanh_of(load(x + 2 * gate) + r * share[2]);
    store(kept, z);
    store(kept + apart, r);
    store(kept + 2 * apart, c);
    store(kept + 3 * apart, share[2]);
    store(after, z * load(before) + (1.0f - z) * c);
  }

  static void backward(const float* kept, const float* before, int64_t apart, float* d,
                       float* d_input, float* d_share, int64_t gate) {
    const Vector z = load(kept), r = load(kept + apart), c = load(kept + 2 * apart);
    const Vector h_share = load(kept + 3 * apart), after = load(d);
    const Vector d_c = after * (1.0f - z) * (1.0f - c * c);
    const Vector d_z = after * (load(before) - c) * z * (1.0f - z);
    const Vector d_r = d_c * h_share * r * (1.0f - r);
    store(d_input, d_z);
    store(d_input + gate, d_r);
    store(d_input + 2 * gate, d_c);
    store(d_share, d_z);
    store(d_share + gate, d_r);
    store(d_share + 2 * gate, d_c * r);
    store(d, after * z);
  }
};

struct Lstm {
  static constexpr int gates = 4, states = 2, kept = 4;

  static void forward(const float* x, int64_t gate, const Vector* share, const float* before,
                      float* kept, float* after, int64_t apart) {
    const Vector i = sigmoid_of(load(x) + share[0]), f = sigmoid_of(load(x + gate) + share[1]);
    const Vector g = tanh_of(load(x + 2 * gate) + share[2]);
    const Vector o = sigmoid_of(load(x + 3 * gate) + share[3]);
    const Vector c = f * load(before + apart) + i * g;
    store(kept, i);
    store(kept + apart, f);
    store(kept + 2 * apart, g);
    store(kept + 3 * apart, o);
    store(after, o * tanh_of(c));
    store(after + apart, c);
  }

  static void backward(const float* kept, const float* before, int64_t apart, float* d,
                       float* d_input, float*, int64_t gate) {
    const Vector i = load(kept), f = load(kept + apart), g = load(kept + 2 * apart);
    const Vector o = load(kept + 3 * apart), c = load(before + apart), d_h = load(d);
    const Vector squashed = tanh_of(f * c + i * g);
    const Vector d_c = load(d + apart) + d_h * o * (1.0f - squashed * squashed);
    store(d_input, d_c * g * i * (1.0f - i));
    store(d_input + gate, d_c * c * f * (1.0f - f));
    store(d_input + 2 * gate, d_c * i * (1.0f - g * g));
    store(d_input + 3 * gate, d_h * squashed * o * (1.0f - o));
    store(d, Vector{});
    store(d + apart, d_c * f);
  }
};

// Calls `each` with the first of some rows and how many, until all had their turn.
template <int kRows, typename Each>
inline void in_blocks(int64_t rows, Each each) {
  int64_t row = 0;
  for (; row + kRows <= rows; row += kRows) each(row, std::integral_constant<int, kRows>());
  for (; row < rows; ++row) each(row, std::integral_constant<int, 1>());
}

// kRows rows of `left` (depth numbers each) times `kParts` columns of vectors, `part` numbers apart, of
// `right` (depth, width): added to `sums`.
template <int kRows, int kParts>
inline void multiply(const float* left, int64_t depth, const float* right, int64_t width,
                     int64_t part, Vector (&sums)[kRows][kParts]) {
  for (int64_t k = 0; k < depth; ++k) {
    Vector columns[kParts];
    for (int p = 0; p < kParts; ++p) columns[p] = load(right + k * width + p * part);
    for (int r = 0; r < kRows; ++r)
      for (int p = 0; p < kParts; ++p) sums[r][p] += left[r * depth + k] * columns[p];
  }
}

const XLA_FFI_Buffer* argument(const XLA_FFI_CallFrame* frame, int at) {
  return static_cast<const XLA_FFI_Buffer*>(frame->args.args[at]);
}

// An array's numbers, or null of one that has no axes but one of none.
const float* numbers(const XLA_FFI_CallFrame* frame, int at) {
  const XLA_FFI_Buffer* buffer = argument(frame, at);
  return buffer->rank == 1 && buffer->dims[0] == 0 ? nullptr : static_cast<float*>(buffer->data);
}

float* result(const XLA_FFI_CallFrame* frame, int at) {
  return static_cast<float*>(static_cast<XLA_FFI_Buffer*>(frame->rets.rets[at])->data);
}

// XLA asks each handler once which version of the interface it was compiled for.
bool is_question(const XLA_FFI_CallFrame* frame) {
  const XLA_FFI_Extension_Base* extension = frame->extension_start;
  if (extension == nullptr || extension->type != XLA_FFI_Extension_Metadata) return false;
  auto* metadata = reinterpret_cast<const XLA_FFI_Metadata_Extension*>(extension)->metadata;
  metadata->api_version.major_version = XLA_FFI_API_MAJOR;
  metadata->api_version.minor_version = XLA_FFI_API_MINOR;
  metadata->traits = 0;
  return true;
}

// projected (T, B, G*H), kernel (H, G*H), bias (G*H), initial (S, B, H), skip (T, B) or (0)
// -> before (T, S, B, H), kept (T, 4, B, H), last (S, B, H)
template <typename Cell>
XLA_FFI_Error* forward(const XLA_FFI_CallFrame* frame, bool reversed) {
  if (is_question(frame)) return nullptr;
  constexpr int G = Cell::gates;
  const int64_t* dims = argument(frame, 0)->dims;
  const int64_t T = dims[0], B = dims[1], H = dims[2] / G, apart = B * H, all = Cell::states * apart;
  const float *projected = numbers(frame, 0), *kernel = numbers(frame, 1), *bias = numbers(frame, 2);
  const float* skip = numbers(frame, 4);
  float *before = result(frame, 0), *kept = result(frame, 1), *last = result(frame, 2);
  std::memcpy(last, numbers(frame, 3), all * sizeof(float));
  for (int64_t step = 0; step < T; ++step) {
    const int64_t t = reversed ? T - 1 - step : step;
    float* states = before + t * all;
    std::memcpy(states, last, all * sizeof(float));
    for (int64_t u = 0; u < H; u += kWide) {
      in_blocks<kSums / G>(B, [&](int64_t b, auto rows) {
        constexpr int kRows = decltype(rows)::value;
        Vector sums[kRows][G];
        for (int r = 0; r < kRows; ++r)
          for (int g = 0; g < G; ++g) sums[r][g] = load(bias + g * H + u);
        multiply<kRows, G>(states + b * H, H, kernel + u, G * H, H, sums);
        for (int r = 0; r < kRows; ++r) {
          const int64_t row = b + r, at = row * H + u;
          if (skip != nullptr && skip[t * B + row] != 0.0f) continue;
          Cell::forward(projected + (t * B + row) * G * H + u, H, sums[r], states + at,
                        kept + t * Cell::kept * apart + at, last + at, apart);
        }
      });
    }
  }
  return nullptr;
}

// before (T, S, B, H), kept (T, 4, B, H), transposed (G*H, H), d_last (S, B, H), d_outputs (T, B, H) or (0),
// skip (T, B) or (0), cuts (T) or (0)
// -> d_projected (T, B, G*H), d_initial (S, B, H), and of a GRU the recurrent share's d_share (T, B, G*H)
template <typename Cell>
XLA_FFI_Error* backward(const XLA_FFI_CallFrame* frame, bool reversed) {
  if (is_question(frame)) return nullptr;
  constexpr int G = Cell::gates;
  const int64_t* dims = argument(frame, 0)->dims;
  const int64_t T = dims[0], B = dims[2], H = dims[3], apart = B * H, all = Cell::states * apart;
  const float *before = numbers(frame, 0), *kept = numbers(frame, 1), *transposed = numbers(frame, 2);
  const float *d_outputs = numbers(frame, 4), *skip = numbers(frame, 5), *cuts = numbers(frame, 6);
  float *d_projected = result(frame, 0), *d = result(frame, 1);
  float* d_shares = frame->rets.size > 2 ? result(frame, 2) : d_projected;
  std::memcpy(d, numbers(frame, 3), all * sizeof(float));
  for (int64_t step = 0; step < T; ++step) {
    const int64_t t = reversed ? step : T - 1 - step;
    float *d_input = d_projected + t * B * G * H, *d_share = d_shares + t * B * G * H;
    if (d_outputs != nullptr)
      for (int64_t i = 0; i < apart; ++i) d[i] += d_outputs[t * apart + i];
    for (int64_t b = 0; b < B; ++b) {
      if (skip != nullptr && skip[t * B + b] != 0.0f) {
        std::memset(d_input + b * G * H, 0, G * H * sizeof(float));
        std::memset(d_share + b * G * H, 0, G * H * sizeof(float));
        continue;
      }
      for (int64_t u = 0; u < H; u += kWide) {
        const int64_t at = b * H + u, row = b * G * H + u;
        Cell::backward(kept + t * Cell::kept * apart + at, before + t * all + at, apart, d + at,
                       d_input + row, d_share + row, H);
      }
    }
    for (int64_t u = 0; u < H; u += kWide) {
      in_blocks<8>(B, [&](int64_t b, auto rows) {
        constexpr int kRows = decltype(rows)::value;
        Vector sums[kRows][1] = {};
        multiply<kRows, 1>(d_share + b * G * H, G * H, transposed + u, H, 0, sums);
        for (int r = 0; r < kRows; ++r) {
          float* to = d + (b + r) * H + u;
          store(to, load(to) + sums[r][0]);
        }
      });
    }
    if (cuts != nullptr && cuts[t] != 0.0f) std::memset(d, 0, all * sizeof(float));
  }
  return nullptr;
}

}  // namespace

#define HANDLERS(name, Cell)                                                                             \
  extern "C" XLA_FFI_Error* name##_forward(XLA_FFI_CallFrame* f) { return forward<Cell>(f, false); }     \
  extern "C" XLA_FFI_Error* name##_forward_reversed(XLA_FFI_CallFrame* f) { return forward<Cell>(f, true); } \
  extern "C" XLA_FFI_Error* name##_backward(XLA_FFI_CallFrame* f) { return backward<Cell>(f, false); }   \
  extern "C" XLA_FFI_Error* name##_backward_reversed(XLA_FFI_CallFrame* f) { return backward<Cell>(f, true); }

HANDLERS(GRU, Gru)
HANDLERS(LSTM, Lstm)
