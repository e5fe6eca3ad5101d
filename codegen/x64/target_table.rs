//! The instruction of every target operator, one row each: its codes on 128 and on 256 bits, how operands are placed, and how much of
//! memory it reads where its last source may be memory. VEX and EVEX encodings only: they zero upper halves, need no alignment and mix
//! without penalty. What is read must be exactly what a load would have read (`Reads`), or a fold would read past it.
use super::lower::{DU, DUI, DUU, DUUI};
use super::op::Arg;
use iced_x86::Code::{self, *};
use iced_x86::ConditionCode;
use samite_ir::value::{TargetOp, Type};

/// How operands are placed. Operand 0 of the step is the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    A,
    /// With an immediate.
    AI,
    AB,
    /// The sources may be exchanged.
    ABEither,
    ABI,
    /// Blends: the mask is a register; what may be memory is `b`.
    ABC,
    /// `a * b + c` in one of its three forms (`fused`), each of which overwrites a source.
    Fused,
    /// The result is in the register of `a`.
    Accumulate,
    /// One of three sources, of which any may be first, is overwritten.
    Ternary,
    /// The index or the first table is overwritten.
    Permute2,
    /// Flags, and the condition that makes it 1.
    Test(ConditionCode),
    /// The source twice and an immediate of 1, unless it is in memory.
    Twice,
    /// The register is the source's: no instruction.
    Same,
}
use Form::{A, AB, ABC, ABEither, ABI, AI, Accumulate, Fused, Permute2, Same, Ternary, Test, Twice};

/// Bytes read where the last source is memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// It is a register.
    Nothing,
    Whole,
    Half,
    Quarter,
    Eighth,
    Bytes(u8),
    /// Eight bytes at 128 bits, all at 256.
    LaneOrWhole,
    /// Another code at each width, and how much that reads.
    Apart(Code, Code, u8),
}
use Reads::{Apart, Bytes, Eighth, Half, LaneOrWhole, Nothing, Quarter, Whole};

#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub form: Form,
    xmm: Code,
    ymm: Code,
    reads: Reads,
}

const fn row(form: Form, xmm: Code, ymm: Code, reads: Reads) -> Row {
    Row { form, xmm, ymm, reads }
}

impl Row {
    pub fn code(&self, ty: Type) -> Code {
        if ty == Type::V256 { self.ymm } else { self.xmm }
    }
    /// The code with memory as its last source, and the bytes it reads. None if there is none.
    pub fn memory(&self, ty: Type) -> Option<(Code, u32)> {
        let code = self.code(ty);
        Some(match (self.reads, ty) {
            (Nothing, _) => return None,
            (Whole, _) => (code, ty.bytes()),
            (Half, _) => (code, ty.bytes() / 2),
            (Quarter, _) => (code, ty.bytes() / 4),
            (Eighth, _) => (code, ty.bytes() / 8),
            (Bytes(n), _) => (code, n.into()),
            (LaneOrWhole, Type::V256) => (code, 32),
            (LaneOrWhole, _) => (code, 8),
            (Apart(_, ymm, n), Type::V256) => (ymm, n.into()),
            (Apart(xmm, _, n), _) => (xmm, n.into()),
        })
    }
    /// May the last source be in a slot, with the code for registers?
    pub fn takes_slot(&self) -> bool {
        !matches!(self.reads, Nothing | Apart(..))
    }
    /// Operands of the step as those of the instruction; the last source is a register or slot.
    pub fn args(&self) -> [Arg; 4] {
        match self.form {
            A => DU,
            AI => DUI,
            AB | ABEither => DUU,
            ABI => DUUI,
            ABC => [Arg::O(0), Arg::O(1), Arg::O(2), Arg::O(3)],
            Twice => [Arg::O(0), Arg::O(1), Arg::O(1), Arg::I],
            Accumulate => [Arg::O(0), Arg::O(2), Arg::O(3), Arg::No],
            Ternary => [Arg::O(0), Arg::O(2), Arg::O(3), Arg::I],
            Permute2 => [Arg::O(0), Arg::O(2), Arg::O(3), Arg::No],
            Fused | Test(_) | Same => [Arg::No; 4],
        }
    }
}

// Tables read best as tables.
#[rustfmt::skip]
pub fn of(op: TargetOp) -> Row {
    use TargetOp::*;
    match op {
        // ---- integer arithmetic
        Paddb => row(ABEither, VEX_Vpaddb_xmm_xmm_xmmm128, VEX_Vpaddb_ymm_ymm_ymmm256, Whole),
        Paddw => row(ABEither, VEX_Vpaddw_xmm_xmm_xmmm128, VEX_Vpaddw_ymm_ymm_ymmm256, Whole),
        Paddd => row(ABEither, VEX_Vpaddd_xmm_xmm_xmmm128, VEX_Vpaddd_ymm_ymm_ymmm256, Whole),
        Paddq => row(ABEither, VEX_Vpaddq_xmm_xmm_xmmm128, VEX_Vpaddq_ymm_ymm_ymmm256, Whole),
        Paddsb => row(ABEither, VEX_Vpaddsb_xmm_xmm_xmmm128, VEX_Vpaddsb_ymm_ymm_ymmm256, Whole),
        Paddsw => row(ABEither, VEX_Vpaddsw_xmm_xmm_xmmm128, VEX_Vpaddsw_ymm_ymm_ymmm256, Whole),
        Paddusb => row(ABEither, VEX_Vpaddusb_xmm_xmm_xmmm128, VEX_Vpaddusb_ymm_ymm_ymmm256, Whole),
        Paddusw => row(ABEither, VEX_Vpaddusw_xmm_xmm_xmmm128, VEX_Vpaddusw_ymm_ymm_ymmm256, Whole),
        Psubb => row(AB, VEX_Vpsubb_xmm_xmm_xmmm128, VEX_Vpsubb_ymm_ymm_ymmm256, Whole),
        Psubw => row(AB, VEX_Vpsubw_xmm_xmm_xmmm128, VEX_Vpsubw_ymm_ymm_ymmm256, Whole),
        Psubd => row(AB, VEX_Vpsubd_xmm_xmm_xmmm128, VEX_Vpsubd_ymm_ymm_ymmm256, Whole),
        Psubq => row(AB, VEX_Vpsubq_xmm_xmm_xmmm128, VEX_Vpsubq_ymm_ymm_ymmm256, Whole),
        Psubsb => row(AB, VEX_Vpsubsb_xmm_xmm_xmmm128, VEX_Vpsubsb_ymm_ymm_ymmm256, Whole),
        Psubsw => row(AB, VEX_Vpsubsw_xmm_xmm_xmmm128, VEX_Vpsubsw_ymm_ymm_ymmm256, Whole),
        Psubusb => row(AB, VEX_Vpsubusb_xmm_xmm_xmmm128, VEX_Vpsubusb_ymm_ymm_ymmm256, Whole),
        Psubusw => row(AB, VEX_Vpsubusw_xmm_xmm_xmmm128, VEX_Vpsubusw_ymm_ymm_ymmm256, Whole),
        Pmullw => row(ABEither, VEX_Vpmullw_xmm_xmm_xmmm128, VEX_Vpmullw_ymm_ymm_ymmm256, Whole),
        Pmulld => row(ABEither, VEX_Vpmulld_xmm_xmm_xmmm128, VEX_Vpmulld_ymm_ymm_ymmm256, Whole),
        Pmulhw => row(ABEither, VEX_Vpmulhw_xmm_xmm_xmmm128, VEX_Vpmulhw_ymm_ymm_ymmm256, Whole),
        Pmulhuw => row(ABEither, VEX_Vpmulhuw_xmm_xmm_xmmm128, VEX_Vpmulhuw_ymm_ymm_ymmm256, Whole),
        Pmulhrsw => row(ABEither, VEX_Vpmulhrsw_xmm_xmm_xmmm128, VEX_Vpmulhrsw_ymm_ymm_ymmm256, Whole),
        Pmuludq => row(ABEither, VEX_Vpmuludq_xmm_xmm_xmmm128, VEX_Vpmuludq_ymm_ymm_ymmm256, Whole),
        Pmuldq => row(ABEither, VEX_Vpmuldq_xmm_xmm_xmmm128, VEX_Vpmuldq_ymm_ymm_ymmm256, Whole),
        Pmaddwd => row(ABEither, VEX_Vpmaddwd_xmm_xmm_xmmm128, VEX_Vpmaddwd_ymm_ymm_ymmm256, Whole),
        Pmaddubsw => row(AB, VEX_Vpmaddubsw_xmm_xmm_xmmm128, VEX_Vpmaddubsw_ymm_ymm_ymmm256, Whole),
        Psadbw => row(ABEither, VEX_Vpsadbw_xmm_xmm_xmmm128, VEX_Vpsadbw_ymm_ymm_ymmm256, Whole),
        Pavgb => row(ABEither, VEX_Vpavgb_xmm_xmm_xmmm128, VEX_Vpavgb_ymm_ymm_ymmm256, Whole),
        Pavgw => row(ABEither, VEX_Vpavgw_xmm_xmm_xmmm128, VEX_Vpavgw_ymm_ymm_ymmm256, Whole),
        Pminsb => row(ABEither, VEX_Vpminsb_xmm_xmm_xmmm128, VEX_Vpminsb_ymm_ymm_ymmm256, Whole),
        Pminsw => row(ABEither, VEX_Vpminsw_xmm_xmm_xmmm128, VEX_Vpminsw_ymm_ymm_ymmm256, Whole),
        Pminsd => row(ABEither, VEX_Vpminsd_xmm_xmm_xmmm128, VEX_Vpminsd_ymm_ymm_ymmm256, Whole),
        Pminub => row(ABEither, VEX_Vpminub_xmm_xmm_xmmm128, VEX_Vpminub_ymm_ymm_ymmm256, Whole),
        Pminuw => row(ABEither, VEX_Vpminuw_xmm_xmm_xmmm128, VEX_Vpminuw_ymm_ymm_ymmm256, Whole),
        Pminud => row(ABEither, VEX_Vpminud_xmm_xmm_xmmm128, VEX_Vpminud_ymm_ymm_ymmm256, Whole),
        Pmaxsb => row(ABEither, VEX_Vpmaxsb_xmm_xmm_xmmm128, VEX_Vpmaxsb_ymm_ymm_ymmm256, Whole),
        Pmaxsw => row(ABEither, VEX_Vpmaxsw_xmm_xmm_xmmm128, VEX_Vpmaxsw_ymm_ymm_ymmm256, Whole),
        Pmaxsd => row(ABEither, VEX_Vpmaxsd_xmm_xmm_xmmm128, VEX_Vpmaxsd_ymm_ymm_ymmm256, Whole),
        Pmaxub => row(ABEither, VEX_Vpmaxub_xmm_xmm_xmmm128, VEX_Vpmaxub_ymm_ymm_ymmm256, Whole),
        Pmaxuw => row(ABEither, VEX_Vpmaxuw_xmm_xmm_xmmm128, VEX_Vpmaxuw_ymm_ymm_ymmm256, Whole),
        Pmaxud => row(ABEither, VEX_Vpmaxud_xmm_xmm_xmmm128, VEX_Vpmaxud_ymm_ymm_ymmm256, Whole),
        Pabsb => row(A, VEX_Vpabsb_xmm_xmmm128, VEX_Vpabsb_ymm_ymmm256, Whole),
        Pabsw => row(A, VEX_Vpabsw_xmm_xmmm128, VEX_Vpabsw_ymm_ymmm256, Whole),
        Pabsd => row(A, VEX_Vpabsd_xmm_xmmm128, VEX_Vpabsd_ymm_ymmm256, Whole),
        Psignb => row(AB, VEX_Vpsignb_xmm_xmm_xmmm128, VEX_Vpsignb_ymm_ymm_ymmm256, Whole),
        Psignw => row(AB, VEX_Vpsignw_xmm_xmm_xmmm128, VEX_Vpsignw_ymm_ymm_ymmm256, Whole),
        Psignd => row(AB, VEX_Vpsignd_xmm_xmm_xmmm128, VEX_Vpsignd_ymm_ymm_ymmm256, Whole),
        Phaddw => row(AB, VEX_Vphaddw_xmm_xmm_xmmm128, VEX_Vphaddw_ymm_ymm_ymmm256, Whole),
        Phaddd => row(AB, VEX_Vphaddd_xmm_xmm_xmmm128, VEX_Vphaddd_ymm_ymm_ymmm256, Whole),
        Phminposuw => row(A, VEX_Vphminposuw_xmm_xmmm128, INVALID, Whole),
        // ---- integer comparisons
        Pcmpeqb => row(ABEither, VEX_Vpcmpeqb_xmm_xmm_xmmm128, VEX_Vpcmpeqb_ymm_ymm_ymmm256, Whole),
        Pcmpeqw => row(ABEither, VEX_Vpcmpeqw_xmm_xmm_xmmm128, VEX_Vpcmpeqw_ymm_ymm_ymmm256, Whole),
        Pcmpeqd => row(ABEither, VEX_Vpcmpeqd_xmm_xmm_xmmm128, VEX_Vpcmpeqd_ymm_ymm_ymmm256, Whole),
        Pcmpeqq => row(ABEither, VEX_Vpcmpeqq_xmm_xmm_xmmm128, VEX_Vpcmpeqq_ymm_ymm_ymmm256, Whole),
        Pcmpgtb => row(AB, VEX_Vpcmpgtb_xmm_xmm_xmmm128, VEX_Vpcmpgtb_ymm_ymm_ymmm256, Whole),
        Pcmpgtw => row(AB, VEX_Vpcmpgtw_xmm_xmm_xmmm128, VEX_Vpcmpgtw_ymm_ymm_ymmm256, Whole),
        Pcmpgtd => row(AB, VEX_Vpcmpgtd_xmm_xmm_xmmm128, VEX_Vpcmpgtd_ymm_ymm_ymmm256, Whole),
        Pcmpgtq => row(AB, VEX_Vpcmpgtq_xmm_xmm_xmmm128, VEX_Vpcmpgtq_ymm_ymm_ymmm256, Whole),
        // ---- bits, for integers and for floats: the same bits, another bypass network
        Pand => row(ABEither, VEX_Vpand_xmm_xmm_xmmm128, VEX_Vpand_ymm_ymm_ymmm256, Whole),
        Pandn => row(AB, VEX_Vpandn_xmm_xmm_xmmm128, VEX_Vpandn_ymm_ymm_ymmm256, Whole),
        Por => row(ABEither, VEX_Vpor_xmm_xmm_xmmm128, VEX_Vpor_ymm_ymm_ymmm256, Whole),
        Pxor => row(ABEither, VEX_Vpxor_xmm_xmm_xmmm128, VEX_Vpxor_ymm_ymm_ymmm256, Whole),
        Andps => row(ABEither, VEX_Vandps_xmm_xmm_xmmm128, VEX_Vandps_ymm_ymm_ymmm256, Whole),
        Andnps => row(AB, VEX_Vandnps_xmm_xmm_xmmm128, VEX_Vandnps_ymm_ymm_ymmm256, Whole),
        Orps => row(ABEither, VEX_Vorps_xmm_xmm_xmmm128, VEX_Vorps_ymm_ymm_ymmm256, Whole),
        Xorps => row(ABEither, VEX_Vxorps_xmm_xmm_xmmm128, VEX_Vxorps_ymm_ymm_ymmm256, Whole),
        // ---- shifts: by the immediate, by the low 64 bits of a register, by lanes
        PsllwImm => row(AI, VEX_Vpsllw_xmm_xmm_imm8, VEX_Vpsllw_ymm_ymm_imm8, Nothing),
        PslldImm => row(AI, VEX_Vpslld_xmm_xmm_imm8, VEX_Vpslld_ymm_ymm_imm8, Nothing),
        PsllqImm => row(AI, VEX_Vpsllq_xmm_xmm_imm8, VEX_Vpsllq_ymm_ymm_imm8, Nothing),
        PsrlwImm => row(AI, VEX_Vpsrlw_xmm_xmm_imm8, VEX_Vpsrlw_ymm_ymm_imm8, Nothing),
        PsrldImm => row(AI, VEX_Vpsrld_xmm_xmm_imm8, VEX_Vpsrld_ymm_ymm_imm8, Nothing),
        PsrlqImm => row(AI, VEX_Vpsrlq_xmm_xmm_imm8, VEX_Vpsrlq_ymm_ymm_imm8, Nothing),
        PsrawImm => row(AI, VEX_Vpsraw_xmm_xmm_imm8, VEX_Vpsraw_ymm_ymm_imm8, Nothing),
        PsradImm => row(AI, VEX_Vpsrad_xmm_xmm_imm8, VEX_Vpsrad_ymm_ymm_imm8, Nothing),
        Psllw => row(AB, VEX_Vpsllw_xmm_xmm_xmmm128, VEX_Vpsllw_ymm_ymm_xmmm128, Bytes(16)),
        Pslld => row(AB, VEX_Vpslld_xmm_xmm_xmmm128, VEX_Vpslld_ymm_ymm_xmmm128, Bytes(16)),
        Psllq => row(AB, VEX_Vpsllq_xmm_xmm_xmmm128, VEX_Vpsllq_ymm_ymm_xmmm128, Bytes(16)),
        Psrlw => row(AB, VEX_Vpsrlw_xmm_xmm_xmmm128, VEX_Vpsrlw_ymm_ymm_xmmm128, Bytes(16)),
        Psrld => row(AB, VEX_Vpsrld_xmm_xmm_xmmm128, VEX_Vpsrld_ymm_ymm_xmmm128, Bytes(16)),
        Psrlq => row(AB, VEX_Vpsrlq_xmm_xmm_xmmm128, VEX_Vpsrlq_ymm_ymm_xmmm128, Bytes(16)),
        Psraw => row(AB, VEX_Vpsraw_xmm_xmm_xmmm128, VEX_Vpsraw_ymm_ymm_xmmm128, Bytes(16)),
        Psrad => row(AB, VEX_Vpsrad_xmm_xmm_xmmm128, VEX_Vpsrad_ymm_ymm_xmmm128, Bytes(16)),
        Psllvd => row(AB, VEX_Vpsllvd_xmm_xmm_xmmm128, VEX_Vpsllvd_ymm_ymm_ymmm256, Whole),
        Psllvq => row(AB, VEX_Vpsllvq_xmm_xmm_xmmm128, VEX_Vpsllvq_ymm_ymm_ymmm256, Whole),
        Psrlvd => row(AB, VEX_Vpsrlvd_xmm_xmm_xmmm128, VEX_Vpsrlvd_ymm_ymm_ymmm256, Whole),
        Psrlvq => row(AB, VEX_Vpsrlvq_xmm_xmm_xmmm128, VEX_Vpsrlvq_ymm_ymm_ymmm256, Whole),
        Psravd => row(AB, VEX_Vpsravd_xmm_xmm_xmmm128, VEX_Vpsravd_ymm_ymm_ymmm256, Whole),
        Pslldq => row(AI, VEX_Vpslldq_xmm_xmm_imm8, VEX_Vpslldq_ymm_ymm_imm8, Nothing),
        Psrldq => row(AI, VEX_Vpsrldq_xmm_xmm_imm8, VEX_Vpsrldq_ymm_ymm_imm8, Nothing),
        // ---- narrowing, interleaving
        Packsswb => row(AB, VEX_Vpacksswb_xmm_xmm_xmmm128, VEX_Vpacksswb_ymm_ymm_ymmm256, Whole),
        Packuswb => row(AB, VEX_Vpackuswb_xmm_xmm_xmmm128, VEX_Vpackuswb_ymm_ymm_ymmm256, Whole),
        Packssdw => row(AB, VEX_Vpackssdw_xmm_xmm_xmmm128, VEX_Vpackssdw_ymm_ymm_ymmm256, Whole),
        Packusdw => row(AB, VEX_Vpackusdw_xmm_xmm_xmmm128, VEX_Vpackusdw_ymm_ymm_ymmm256, Whole),
        Punpcklbw => row(AB, VEX_Vpunpcklbw_xmm_xmm_xmmm128, VEX_Vpunpcklbw_ymm_ymm_ymmm256, Whole),
        Punpckhbw => row(AB, VEX_Vpunpckhbw_xmm_xmm_xmmm128, VEX_Vpunpckhbw_ymm_ymm_ymmm256, Whole),
        Punpcklwd => row(AB, VEX_Vpunpcklwd_xmm_xmm_xmmm128, VEX_Vpunpcklwd_ymm_ymm_ymmm256, Whole),
        Punpckhwd => row(AB, VEX_Vpunpckhwd_xmm_xmm_xmmm128, VEX_Vpunpckhwd_ymm_ymm_ymmm256, Whole),
        Punpckldq => row(AB, VEX_Vpunpckldq_xmm_xmm_xmmm128, VEX_Vpunpckldq_ymm_ymm_ymmm256, Whole),
        Punpckhdq => row(AB, VEX_Vpunpckhdq_xmm_xmm_xmmm128, VEX_Vpunpckhdq_ymm_ymm_ymmm256, Whole),
        Punpcklqdq => row(AB, VEX_Vpunpcklqdq_xmm_xmm_xmmm128, VEX_Vpunpcklqdq_ymm_ymm_ymmm256, Whole),
        Punpckhqdq => row(AB, VEX_Vpunpckhqdq_xmm_xmm_xmmm128, VEX_Vpunpckhqdq_ymm_ymm_ymmm256, Whole),
        Unpcklps => row(AB, VEX_Vunpcklps_xmm_xmm_xmmm128, VEX_Vunpcklps_ymm_ymm_ymmm256, Whole),
        Unpckhps => row(AB, VEX_Vunpckhps_xmm_xmm_xmmm128, VEX_Vunpckhps_ymm_ymm_ymmm256, Whole),
        Unpcklpd => row(AB, VEX_Vunpcklpd_xmm_xmm_xmmm128, VEX_Vunpcklpd_ymm_ymm_ymmm256, Whole),
        Unpckhpd => row(AB, VEX_Vunpckhpd_xmm_xmm_xmmm128, VEX_Vunpckhpd_ymm_ymm_ymmm256, Whole),
        // ---- shuffles within halves
        Pshufb => row(AB, VEX_Vpshufb_xmm_xmm_xmmm128, VEX_Vpshufb_ymm_ymm_ymmm256, Whole),
        Pshufd => row(AI, VEX_Vpshufd_xmm_xmmm128_imm8, VEX_Vpshufd_ymm_ymmm256_imm8, Whole),
        Pshuflw => row(AI, VEX_Vpshuflw_xmm_xmmm128_imm8, VEX_Vpshuflw_ymm_ymmm256_imm8, Whole),
        Pshufhw => row(AI, VEX_Vpshufhw_xmm_xmmm128_imm8, VEX_Vpshufhw_ymm_ymmm256_imm8, Whole),
        Shufps => row(ABI, VEX_Vshufps_xmm_xmm_xmmm128_imm8, VEX_Vshufps_ymm_ymm_ymmm256_imm8, Whole),
        Shufpd => row(ABI, VEX_Vshufpd_xmm_xmm_xmmm128_imm8, VEX_Vshufpd_ymm_ymm_ymmm256_imm8, Whole),
        Vpermilps => row(AI, VEX_Vpermilps_xmm_xmmm128_imm8, VEX_Vpermilps_ymm_ymmm256_imm8, Whole),
        Vpermilpd => row(AI, VEX_Vpermilpd_xmm_xmmm128_imm8, VEX_Vpermilpd_ymm_ymmm256_imm8, Whole),
        VpermilpsVar => row(AB, VEX_Vpermilps_xmm_xmm_xmmm128, VEX_Vpermilps_ymm_ymm_ymmm256, Whole),
        VpermilpdVar => row(AB, VEX_Vpermilpd_xmm_xmm_xmmm128, VEX_Vpermilpd_ymm_ymm_ymmm256, Whole),
        Palignr => row(ABI, VEX_Vpalignr_xmm_xmm_xmmm128_imm8, VEX_Vpalignr_ymm_ymm_ymmm256_imm8, Whole),
        Pblendw => row(ABI, VEX_Vpblendw_xmm_xmm_xmmm128_imm8, VEX_Vpblendw_ymm_ymm_ymmm256_imm8, Whole),
        Pblendd => row(ABI, VEX_Vpblendd_xmm_xmm_xmmm128_imm8, VEX_Vpblendd_ymm_ymm_ymmm256_imm8, Whole),
        Blendps => row(ABI, VEX_Vblendps_xmm_xmm_xmmm128_imm8, VEX_Vblendps_ymm_ymm_ymmm256_imm8, Whole),
        Blendpd => row(ABI, VEX_Vblendpd_xmm_xmm_xmmm128_imm8, VEX_Vblendpd_ymm_ymm_ymmm256_imm8, Whole),
        Pblendvb => row(ABC, VEX_Vpblendvb_xmm_xmm_xmmm128_xmm, VEX_Vpblendvb_ymm_ymm_ymmm256_ymm, Whole),
        Blendvps => row(ABC, VEX_Vblendvps_xmm_xmm_xmmm128_xmm, VEX_Vblendvps_ymm_ymm_ymmm256_ymm, Whole),
        Blendvpd => row(ABC, VEX_Vblendvpd_xmm_xmm_xmmm128_xmm, VEX_Vblendvpd_ymm_ymm_ymmm256_ymm, Whole),
        Insertps => row(ABI, VEX_Vinsertps_xmm_xmm_xmmm32_imm8, INVALID, Nothing),
        InsertpsF32 => row(ABI, VEX_Vinsertps_xmm_xmm_xmmm32_imm8, INVALID, Bytes(4)),
        Movhlps => row(AB, VEX_Vmovhlps_xmm_xmm_xmm, INVALID, Nothing),
        Movlhps => row(AB, VEX_Vmovlhps_xmm_xmm_xmm, INVALID, Nothing),
        Movss => row(AB, VEX_Vmovss_xmm_xmm_xmm, INVALID, Nothing),
        Movsd => row(AB, VEX_Vmovsd_xmm_xmm_xmm, INVALID, Nothing),
        MovssF32 => row(AB, VEX_Vmovss_xmm_xmm_xmm, INVALID, Nothing),
        MovsdF64 => row(AB, VEX_Vmovsd_xmm_xmm_xmm, INVALID, Apart(VEX_Vmovlpd_xmm_xmm_m64, INVALID, 8)),
        UnpcklpdF64 => row(AB, VEX_Vunpcklpd_xmm_xmm_xmmm128, INVALID, Apart(VEX_Vmovhpd_xmm_xmm_m64, INVALID, 8)),
        Movddup => row(A, VEX_Vmovddup_xmm_xmmm64, VEX_Vmovddup_ymm_ymmm256, LaneOrWhole),
        Movshdup => row(A, VEX_Vmovshdup_xmm_xmmm128, VEX_Vmovshdup_ymm_ymmm256, Whole),
        Movsldup => row(A, VEX_Vmovsldup_xmm_xmmm128, VEX_Vmovsldup_ymm_ymmm256, Whole),
        // ---- across halves
        Vpermq => row(AI, INVALID, VEX_Vpermq_ymm_ymmm256_imm8, Whole),
        Vpermpd => row(AI, INVALID, VEX_Vpermpd_ymm_ymmm256_imm8, Whole),
        Vpermd => row(AB, INVALID, VEX_Vpermd_ymm_ymm_ymmm256, Whole),
        Vpermps => row(AB, INVALID, VEX_Vpermps_ymm_ymm_ymmm256, Whole),
        Vperm2i128 => row(ABI, INVALID, VEX_Vperm2i128_ymm_ymm_ymmm256_imm8, Whole),
        Vextracti128 => row(AI, INVALID, VEX_Vextracti128_xmmm128_ymm_imm8, Nothing),
        Vinserti128 => row(ABI, INVALID, VEX_Vinserti128_ymm_ymm_xmmm128_imm8, Bytes(16)),
        // ---- one lane to all
        Vpbroadcastb => row(A, VEX_Vpbroadcastb_xmm_xmmm8, VEX_Vpbroadcastb_ymm_xmmm8, Bytes(1)),
        Vpbroadcastw => row(A, VEX_Vpbroadcastw_xmm_xmmm16, VEX_Vpbroadcastw_ymm_xmmm16, Bytes(2)),
        Vpbroadcastd => row(A, VEX_Vpbroadcastd_xmm_xmmm32, VEX_Vpbroadcastd_ymm_xmmm32, Bytes(4)),
        Vpbroadcastq => row(A, VEX_Vpbroadcastq_xmm_xmmm64, VEX_Vpbroadcastq_ymm_xmmm64, Bytes(8)),
        Vbroadcastss => row(A, VEX_Vbroadcastss_xmm_xmm, VEX_Vbroadcastss_ymm_xmm, Apart(VEX_Vbroadcastss_xmm_m32, VEX_Vbroadcastss_ymm_m32, 4)),
        Vbroadcastsd => row(A, VEX_Vmovddup_xmm_xmmm64, VEX_Vbroadcastsd_ymm_xmm, Apart(VEX_Vmovddup_xmm_xmmm64, VEX_Vbroadcastsd_ymm_m64, 8)),
        Vbroadcasti128 => row(Twice, INVALID, VEX_Vinserti128_ymm_ymm_xmmm128_imm8, Apart(INVALID, VEX_Vbroadcasti128_ymm_m128, 16)),
        // ---- widening: the low lanes that the result has room for
        Pmovsxbw => row(A, VEX_Vpmovsxbw_xmm_xmmm64, VEX_Vpmovsxbw_ymm_xmmm128, Half),
        Pmovsxbd => row(A, VEX_Vpmovsxbd_xmm_xmmm32, VEX_Vpmovsxbd_ymm_xmmm64, Quarter),
        Pmovsxbq => row(A, VEX_Vpmovsxbq_xmm_xmmm16, VEX_Vpmovsxbq_ymm_xmmm32, Eighth),
        Pmovsxwd => row(A, VEX_Vpmovsxwd_xmm_xmmm64, VEX_Vpmovsxwd_ymm_xmmm128, Half),
        Pmovsxwq => row(A, VEX_Vpmovsxwq_xmm_xmmm32, VEX_Vpmovsxwq_ymm_xmmm64, Quarter),
        Pmovsxdq => row(A, VEX_Vpmovsxdq_xmm_xmmm64, VEX_Vpmovsxdq_ymm_xmmm128, Half),
        Pmovzxbw => row(A, VEX_Vpmovzxbw_xmm_xmmm64, VEX_Vpmovzxbw_ymm_xmmm128, Half),
        Pmovzxbd => row(A, VEX_Vpmovzxbd_xmm_xmmm32, VEX_Vpmovzxbd_ymm_xmmm64, Quarter),
        Pmovzxbq => row(A, VEX_Vpmovzxbq_xmm_xmmm16, VEX_Vpmovzxbq_ymm_xmmm32, Eighth),
        Pmovzxwd => row(A, VEX_Vpmovzxwd_xmm_xmmm64, VEX_Vpmovzxwd_ymm_xmmm128, Half),
        Pmovzxwq => row(A, VEX_Vpmovzxwq_xmm_xmmm32, VEX_Vpmovzxwq_ymm_xmmm64, Quarter),
        Pmovzxdq => row(A, VEX_Vpmovzxdq_xmm_xmmm64, VEX_Vpmovzxdq_ymm_xmmm128, Half),
        // ---- scalars in and out; the rest of a vector that a scalar starts is zero
        MovdIn => row(A, VEX_Vmovd_xmm_rm32, INVALID, Bytes(4)),
        MovqIn => row(A, VEX_Vmovq_xmm_rm64, INVALID, Bytes(8)),
        MovdOut => row(A, VEX_Vmovd_rm32_xmm, INVALID, Nothing),
        MovqOut => row(A, VEX_Vmovq_rm64_xmm, INVALID, Nothing),
        LowF32 => row(Same, INVALID, INVALID, Nothing),
        LowF64 => row(Same, INVALID, INVALID, Nothing),
        Movq => row(A, VEX_Vmovq_xmm_xmmm64, INVALID, Bytes(8)),
        Pinsrb => row(ABI, VEX_Vpinsrb_xmm_xmm_r32m8_imm8, INVALID, Bytes(1)),
        Pinsrw => row(ABI, VEX_Vpinsrw_xmm_xmm_r32m16_imm8, INVALID, Bytes(2)),
        Pinsrd => row(ABI, VEX_Vpinsrd_xmm_xmm_rm32_imm8, INVALID, Bytes(4)),
        Pinsrq => row(ABI, VEX_Vpinsrq_xmm_xmm_rm64_imm8, INVALID, Bytes(8)),
        Pextrb => row(AI, VEX_Vpextrb_r32m8_xmm_imm8, INVALID, Nothing),
        Pextrw => row(AI, VEX_Vpextrw_r32_xmm_imm8, INVALID, Nothing),
        Pextrd => row(AI, VEX_Vpextrd_rm32_xmm_imm8, INVALID, Nothing),
        Pextrq => row(AI, VEX_Vpextrq_rm64_xmm_imm8, INVALID, Nothing),
        Pmovmskb => row(A, VEX_Vpmovmskb_r32_xmm, VEX_Vpmovmskb_r32_ymm, Nothing),
        Movmskps => row(A, VEX_Vmovmskps_r32_xmm, VEX_Vmovmskps_r32_ymm, Nothing),
        Movmskpd => row(A, VEX_Vmovmskpd_r32_xmm, VEX_Vmovmskpd_r32_ymm, Nothing),
        // ---- tests: 1 or 0. z: no bit is in both; c: none of the second's is missing in the first. The last four look at upper bits of lanes only.
        PtestZ => row(Test(ConditionCode::e), VEX_Vptest_xmm_xmmm128, VEX_Vptest_ymm_ymmm256, Whole),
        PtestNz => row(Test(ConditionCode::ne), VEX_Vptest_xmm_xmmm128, VEX_Vptest_ymm_ymmm256, Whole),
        PtestC => row(Test(ConditionCode::b), VEX_Vptest_xmm_xmmm128, VEX_Vptest_ymm_ymmm256, Whole),
        PtestNc => row(Test(ConditionCode::ae), VEX_Vptest_xmm_xmmm128, VEX_Vptest_ymm_ymmm256, Whole),
        TestpsZ => row(Test(ConditionCode::e), VEX_Vtestps_xmm_xmmm128, VEX_Vtestps_ymm_ymmm256, Whole),
        TestpsC => row(Test(ConditionCode::b), VEX_Vtestps_xmm_xmmm128, VEX_Vtestps_ymm_ymmm256, Whole),
        TestpdZ => row(Test(ConditionCode::e), VEX_Vtestpd_xmm_xmmm128, VEX_Vtestpd_ymm_ymmm256, Whole),
        TestpdC => row(Test(ConditionCode::b), VEX_Vtestpd_xmm_xmmm128, VEX_Vtestpd_ymm_ymmm256, Whole),
        // ---- floats
        Addps => row(ABEither, VEX_Vaddps_xmm_xmm_xmmm128, VEX_Vaddps_ymm_ymm_ymmm256, Whole),
        Addpd => row(ABEither, VEX_Vaddpd_xmm_xmm_xmmm128, VEX_Vaddpd_ymm_ymm_ymmm256, Whole),
        Subps => row(AB, VEX_Vsubps_xmm_xmm_xmmm128, VEX_Vsubps_ymm_ymm_ymmm256, Whole),
        Subpd => row(AB, VEX_Vsubpd_xmm_xmm_xmmm128, VEX_Vsubpd_ymm_ymm_ymmm256, Whole),
        Mulps => row(ABEither, VEX_Vmulps_xmm_xmm_xmmm128, VEX_Vmulps_ymm_ymm_ymmm256, Whole),
        Mulpd => row(ABEither, VEX_Vmulpd_xmm_xmm_xmmm128, VEX_Vmulpd_ymm_ymm_ymmm256, Whole),
        Divps => row(AB, VEX_Vdivps_xmm_xmm_xmmm128, VEX_Vdivps_ymm_ymm_ymmm256, Whole),
        Divpd => row(AB, VEX_Vdivpd_xmm_xmm_xmmm128, VEX_Vdivpd_ymm_ymm_ymmm256, Whole),
        Minps => row(AB, VEX_Vminps_xmm_xmm_xmmm128, VEX_Vminps_ymm_ymm_ymmm256, Whole),
        Minpd => row(AB, VEX_Vminpd_xmm_xmm_xmmm128, VEX_Vminpd_ymm_ymm_ymmm256, Whole),
        Maxps => row(AB, VEX_Vmaxps_xmm_xmm_xmmm128, VEX_Vmaxps_ymm_ymm_ymmm256, Whole),
        Maxpd => row(AB, VEX_Vmaxpd_xmm_xmm_xmmm128, VEX_Vmaxpd_ymm_ymm_ymmm256, Whole),
        Sqrtps => row(A, VEX_Vsqrtps_xmm_xmmm128, VEX_Vsqrtps_ymm_ymmm256, Whole),
        Sqrtpd => row(A, VEX_Vsqrtpd_xmm_xmmm128, VEX_Vsqrtpd_ymm_ymmm256, Whole),
        Roundps => row(AI, VEX_Vroundps_xmm_xmmm128_imm8, VEX_Vroundps_ymm_ymmm256_imm8, Whole),
        Roundpd => row(AI, VEX_Vroundpd_xmm_xmmm128_imm8, VEX_Vroundpd_ymm_ymmm256_imm8, Whole),
        Cmpps => row(ABI, VEX_Vcmpps_xmm_xmm_xmmm128_imm8, VEX_Vcmpps_ymm_ymm_ymmm256_imm8, Whole),
        Cmppd => row(ABI, VEX_Vcmppd_xmm_xmm_xmmm128_imm8, VEX_Vcmppd_ymm_ymm_ymmm256_imm8, Whole),
        Haddps => row(AB, VEX_Vhaddps_xmm_xmm_xmmm128, VEX_Vhaddps_ymm_ymm_ymmm256, Whole),
        Haddpd => row(AB, VEX_Vhaddpd_xmm_xmm_xmmm128, VEX_Vhaddpd_ymm_ymm_ymmm256, Whole),
        Vfmaddps => row(Fused, VEX_Vfmadd231ps_xmm_xmm_xmmm128, VEX_Vfmadd231ps_ymm_ymm_ymmm256, Whole),
        Vfmaddpd => row(Fused, VEX_Vfmadd231pd_xmm_xmm_xmmm128, VEX_Vfmadd231pd_ymm_ymm_ymmm256, Whole),
        Vfmsubps => row(Fused, VEX_Vfmsub231ps_xmm_xmm_xmmm128, VEX_Vfmsub231ps_ymm_ymm_ymmm256, Whole),
        Vfmsubpd => row(Fused, VEX_Vfmsub231pd_xmm_xmm_xmmm128, VEX_Vfmsub231pd_ymm_ymm_ymmm256, Whole),
        Vfnmaddps => row(Fused, VEX_Vfnmadd231ps_xmm_xmm_xmmm128, VEX_Vfnmadd231ps_ymm_ymm_ymmm256, Whole),
        Vfnmaddpd => row(Fused, VEX_Vfnmadd231pd_xmm_xmm_xmmm128, VEX_Vfnmadd231pd_ymm_ymm_ymmm256, Whole),
        Vfnmsubps => row(Fused, VEX_Vfnmsub231ps_xmm_xmm_xmmm128, VEX_Vfnmsub231ps_ymm_ymm_ymmm256, Whole),
        Vfnmsubpd => row(Fused, VEX_Vfnmsub231pd_xmm_xmm_xmmm128, VEX_Vfnmsub231pd_ymm_ymm_ymmm256, Whole),
        // ---- conversions; an i32 that a float is not is -2^31
        Cvtdq2ps => row(A, VEX_Vcvtdq2ps_xmm_xmmm128, VEX_Vcvtdq2ps_ymm_ymmm256, Whole),
        Cvttps2dq => row(A, VEX_Vcvttps2dq_xmm_xmmm128, VEX_Vcvttps2dq_ymm_ymmm256, Whole),
        Cvtps2dq => row(A, VEX_Vcvtps2dq_xmm_xmmm128, VEX_Vcvtps2dq_ymm_ymmm256, Whole),
        Cvtdq2pd => row(A, VEX_Vcvtdq2pd_xmm_xmmm64, VEX_Vcvtdq2pd_ymm_xmmm128, Half),
        Cvtps2pd => row(A, VEX_Vcvtps2pd_xmm_xmmm64, VEX_Vcvtps2pd_ymm_xmmm128, Half),
        Cvttpd2dq => row(A, VEX_Vcvttpd2dq_xmm_xmmm128, VEX_Vcvttpd2dq_xmm_ymmm256, Whole),
        Cvtpd2dq => row(A, VEX_Vcvtpd2dq_xmm_xmmm128, VEX_Vcvtpd2dq_xmm_ymmm256, Whole),
        Cvtpd2ps => row(A, VEX_Vcvtpd2ps_xmm_xmmm128, VEX_Vcvtpd2ps_xmm_ymmm256, Whole),
        // ---- GFNI, AVX-VNNI: only where the processor has them
        Gf2p8affineqb => row(ABI, VEX_Vgf2p8affineqb_xmm_xmm_xmmm128_imm8, VEX_Vgf2p8affineqb_ymm_ymm_ymmm256_imm8, Whole),
        Vpdpbusd => row(Accumulate, VEX_Vpdpbusd_xmm_xmm_xmmm128, VEX_Vpdpbusd_ymm_ymm_ymmm256, Whole),
        Vpdpwssd => row(Accumulate, VEX_Vpdpwssd_xmm_xmm_xmmm128, VEX_Vpdpwssd_ymm_ymm_ymmm256, Whole),
        // ---- AVX-512: only where the processor has it
        Pmullq => row(ABEither, EVEX_Vpmullq_xmm_k1z_xmm_xmmm128b64, EVEX_Vpmullq_ymm_k1z_ymm_ymmm256b64, Whole),
        Pabsq => row(A, EVEX_Vpabsq_xmm_k1z_xmmm128b64, EVEX_Vpabsq_ymm_k1z_ymmm256b64, Whole),
        Popcntb => row(A, EVEX_Vpopcntb_xmm_k1z_xmmm128, EVEX_Vpopcntb_ymm_k1z_ymmm256, Whole),
        PsraqImm => row(AI, EVEX_Vpsraq_xmm_k1z_xmmm128b64_imm8, EVEX_Vpsraq_ymm_k1z_ymmm256b64_imm8, Whole),
        Psraq => row(AB, EVEX_Vpsraq_xmm_k1z_xmm_xmmm128, EVEX_Vpsraq_ymm_k1z_ymm_xmmm128, Bytes(16)),
        Prold => row(AI, EVEX_Vprold_xmm_k1z_xmmm128b32_imm8, EVEX_Vprold_ymm_k1z_ymmm256b32_imm8, Whole),
        Prolq => row(AI, EVEX_Vprolq_xmm_k1z_xmmm128b64_imm8, EVEX_Vprolq_ymm_k1z_ymmm256b64_imm8, Whole),
        Pternlog => row(Ternary, EVEX_Vpternlogd_xmm_k1z_xmm_xmmm128b32_imm8, EVEX_Vpternlogd_ymm_k1z_ymm_ymmm256b32_imm8, Whole),
        Permi2b => row(Permute2, EVEX_Vpermi2b_xmm_k1z_xmm_xmmm128, INVALID, Whole),
        Rangeps => row(ABI, EVEX_Vrangeps_xmm_k1z_xmm_xmmm128b32_imm8, EVEX_Vrangeps_ymm_k1z_ymm_ymmm256b32_imm8, Whole),
        Rangepd => row(ABI, EVEX_Vrangepd_xmm_k1z_xmm_xmmm128b64_imm8, EVEX_Vrangepd_ymm_k1z_ymm_ymmm256b64_imm8, Whole),
        Cvtudq2ps => row(A, EVEX_Vcvtudq2ps_xmm_k1z_xmmm128b32, EVEX_Vcvtudq2ps_ymm_k1z_ymmm256b32, Whole),
        Cvtudq2pd => row(A, EVEX_Vcvtudq2pd_xmm_k1z_xmmm64b32, EVEX_Vcvtudq2pd_ymm_k1z_xmmm128b32, Half),
        Cvttps2udq => row(A, EVEX_Vcvttps2udq_xmm_k1z_xmmm128b32, EVEX_Vcvttps2udq_ymm_k1z_ymmm256b32, Whole),
        Cvttpd2udq => row(A, EVEX_Vcvttpd2udq_xmm_k1z_xmmm128b64, EVEX_Vcvttpd2udq_xmm_k1z_ymmm256b64, Whole),
        Pmovswb => row(A, EVEX_Vpmovswb_xmmm64_k1z_xmm, EVEX_Vpmovswb_xmmm128_k1z_ymm, Nothing),
        PbroadcastbI32 => row(A, EVEX_Vpbroadcastb_xmm_k1z_r32, EVEX_Vpbroadcastb_ymm_k1z_r32, Nothing),
        PbroadcastwI32 => row(A, EVEX_Vpbroadcastw_xmm_k1z_r32, EVEX_Vpbroadcastw_ymm_k1z_r32, Nothing),
        PbroadcastdI32 => row(A, EVEX_Vpbroadcastd_xmm_k1z_r32, EVEX_Vpbroadcastd_ymm_k1z_r32, Nothing),
        PbroadcastqI64 => row(A, EVEX_Vpbroadcastq_xmm_k1z_r64, EVEX_Vpbroadcastq_ymm_k1z_r64, Nothing),
    }
}

/// The forms of a fused operator with sources `x, y, z`, of which the result overwrites `x`: `x * z + y`, `y * x + z`, `y * z + x`.
#[rustfmt::skip]
pub fn fused(op: TargetOp, ty: Type) -> [Code; 3] {
    use TargetOp::*;
    match (op, ty) {
        (Vfmaddps, Type::V256) => [VEX_Vfmadd132ps_ymm_ymm_ymmm256, VEX_Vfmadd213ps_ymm_ymm_ymmm256, VEX_Vfmadd231ps_ymm_ymm_ymmm256],
        (Vfmaddps, _) => [VEX_Vfmadd132ps_xmm_xmm_xmmm128, VEX_Vfmadd213ps_xmm_xmm_xmmm128, VEX_Vfmadd231ps_xmm_xmm_xmmm128],
        (Vfmaddpd, Type::V256) => [VEX_Vfmadd132pd_ymm_ymm_ymmm256, VEX_Vfmadd213pd_ymm_ymm_ymmm256, VEX_Vfmadd231pd_ymm_ymm_ymmm256],
        (Vfmaddpd, _) => [VEX_Vfmadd132pd_xmm_xmm_xmmm128, VEX_Vfmadd213pd_xmm_xmm_xmmm128, VEX_Vfmadd231pd_xmm_xmm_xmmm128],
        (Vfmsubps, Type::V256) => [VEX_Vfmsub132ps_ymm_ymm_ymmm256, VEX_Vfmsub213ps_ymm_ymm_ymmm256, VEX_Vfmsub231ps_ymm_ymm_ymmm256],
        (Vfmsubps, _) => [VEX_Vfmsub132ps_xmm_xmm_xmmm128, VEX_Vfmsub213ps_xmm_xmm_xmmm128, VEX_Vfmsub231ps_xmm_xmm_xmmm128],
        (Vfmsubpd, Type::V256) => [VEX_Vfmsub132pd_ymm_ymm_ymmm256, VEX_Vfmsub213pd_ymm_ymm_ymmm256, VEX_Vfmsub231pd_ymm_ymm_ymmm256],
        (Vfmsubpd, _) => [VEX_Vfmsub132pd_xmm_xmm_xmmm128, VEX_Vfmsub213pd_xmm_xmm_xmmm128, VEX_Vfmsub231pd_xmm_xmm_xmmm128],
        (Vfnmaddps, Type::V256) => [VEX_Vfnmadd132ps_ymm_ymm_ymmm256, VEX_Vfnmadd213ps_ymm_ymm_ymmm256, VEX_Vfnmadd231ps_ymm_ymm_ymmm256],
        (Vfnmaddps, _) => [VEX_Vfnmadd132ps_xmm_xmm_xmmm128, VEX_Vfnmadd213ps_xmm_xmm_xmmm128, VEX_Vfnmadd231ps_xmm_xmm_xmmm128],
        (Vfnmaddpd, Type::V256) => [VEX_Vfnmadd132pd_ymm_ymm_ymmm256, VEX_Vfnmadd213pd_ymm_ymm_ymmm256, VEX_Vfnmadd231pd_ymm_ymm_ymmm256],
        (Vfnmaddpd, _) => [VEX_Vfnmadd132pd_xmm_xmm_xmmm128, VEX_Vfnmadd213pd_xmm_xmm_xmmm128, VEX_Vfnmadd231pd_xmm_xmm_xmmm128],
        (Vfnmsubps, Type::V256) => [VEX_Vfnmsub132ps_ymm_ymm_ymmm256, VEX_Vfnmsub213ps_ymm_ymm_ymmm256, VEX_Vfnmsub231ps_ymm_ymm_ymmm256],
        (Vfnmsubps, _) => [VEX_Vfnmsub132ps_xmm_xmm_xmmm128, VEX_Vfnmsub213ps_xmm_xmm_xmmm128, VEX_Vfnmsub231ps_xmm_xmm_xmmm128],
        (Vfnmsubpd, Type::V256) => [VEX_Vfnmsub132pd_ymm_ymm_ymmm256, VEX_Vfnmsub213pd_ymm_ymm_ymmm256, VEX_Vfnmsub231pd_ymm_ymm_ymmm256],
        (Vfnmsubpd, _) => [VEX_Vfnmsub132pd_xmm_xmm_xmmm128, VEX_Vfnmsub213pd_xmm_xmm_xmmm128, VEX_Vfnmsub231pd_xmm_xmm_xmmm128],
        _ => panic!("{op} is not fused"),
    }
}
