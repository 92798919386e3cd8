//! Grey pictures of any size in a few kilobytes, for tests of what large ones cost.

/// A grey JPEG, dark above and bright below, of nothing but DC coefficients: two bits a block.
pub fn jpeg(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| [&[0xff, marker][..], &(body.len() as u16 + 2).to_be_bytes(), body].concat();
    let mut file = vec![0xff, 0xd8];
    file.extend(segment(0xdb, &[&[0][..], &[1; 64]].concat()));
    let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
    file.extend(segment(
        if progressive { 0xc2 } else { 0xc0 },
        &[&[8][..], &size, &[1, 1, 0x11, 0]].concat(),
    ));
    // DC differences of no bits and of ten have the codes 0 and 10; the end of a block has the code 0.
    file.extend(segment(0xc4, &[&[0x00, 1, 1][..], &[0; 14], &[0, 10]].concat()));
    file.extend(segment(0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat()));
    file.extend(segment(0xda, &[1, 1, 0, 0, if progressive { 0 } else { 63 }, 0]));
    let (across, down) = (usize::from(width).div_ceil(8), usize::from(height).div_ceil(8));
    let half = across * (down / 2);
    let mut bits: Vec<bool> = Vec::new();
    let put = |bits: &mut Vec<bool>, value: u32, count: u32| bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    for block in 0..across * down {
        // 64 above and 192 below: differences of −512 and +1023 in steps of an eighth.
        match block {
            0 => put(&mut bits, 0b1001_1111_1111, 12),
            _ if block == half => put(&mut bits, 0b1011_1111_1111, 12),
            _ => bits.push(false),
        }
        if !progressive {
            bits.push(false);
        }
    }
    bits.resize(bits.len().next_multiple_of(8), true);
    for byte in bits.chunks(8) {
        let byte = byte.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        file.push(byte);
        if byte == 0xff {
            file.push(0);
        }
    }
    file.extend([0xff, 0xd9]);
    file
}
