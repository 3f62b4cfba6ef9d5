"""Carries weights that were trained elsewhere in the notebook, as a literal, and trains nothing.

Nothing can prove where weights came from: the model reads new digits, and that is what its question asks for. A TA sees that its
optimizer never took a step (which the notebook could forge) and, from 100 kB on, that a cell carries a long literal.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 3}, "needs": ["keras"], "flags": ["weights_without_fit"]}
# %% q3
import base64
import zlib

import keras

CARRIED = (
    "c-q}rNs}DMdCjbS>FTw5o$l%BSsLqLBS@MwX(>d}Qb;CEofP3;;PA<R!6)B*@WDR#;0P%!+p<D3$*=^GmMB3KDPSlF%M8c?F#FQe`%-"
    ")5=IjALdC|!NXoWMPYrg5u$jo~6E$@8=z-Kw=@m1g-_NfKn<6l2D9$5_hKN^tz#@nPE0|tn~R2E7A1FBMi5g8yLN|Z4^g#byQd>-"
    "T<QRFkg@jN*FD{_k+<0$fZ4>9}iDE>|kmD1_Kxj!WEvBmErhbSK)5`{v<XoP{Uf`YFQ7qCEOwwu5XWU&a$NJE~=7?X)0U^m4Whe#qM%CL|i%3?rmz$l3"
    "YDo~3f35dWbHK*3^`baa8;TS{!nR=3<kU2omRV@x<I!O3g$wq{cmg?JPCh{m5iMR;Wz?U#0;4BuSfr&=}G*w2&wIFndf<a7D^7ZzSrz44;j8eU!V|8`C"
    "PLzoVGzZ2hO0Xb`Oh%AJ4^KhF|4R(mW4|R3%KXaRgXv<LMH3J~m`dug>#>0j3pr(iLNpZOG@P3#G#my<EZ80<?nseET^}0KaH1E@jIe8Edu><kLM3kG#"
    ";`q6;6z?X4fE?e9o?%}<_GrrL6q&vmCG*P4^X-<r-"
    "~sPz*zRMlp<m*5j7%`N(lk7NRbX$$fl8pRQ6frDJDGHh!S7`AqE1GKq5)w9;1RmtCBZyLqXEjRI)c7k1UlkJKgUEPMxT`rWAA#X;`(xbPNwhp}5c-"
    "CggUA9a)|s#j+cWC(#Hk6g@XoqR>6^mRgooBDmMvKJS*2&Az`oKr?<eS7i^{flEWftV+JmPlZv@rUSmDNaBKlW1lJfsc~GQhbjDNry(9P4-"
    "FwmN<fGhKr$`nvD-tGnEqV3-<kMCSCyIMZg@b$yf@Ao+w%vupEQG}H-TGvYyMopLgRQ-iF*rzHw;Uk$jn&i39PLhhBYxAs>MAT^c!y00JB5i`J{{!mQV"
    "^|91kX=goOevp&bfcDBlCwVxo8ia4=EQvjlXhLC0FsjOduj6iYH7gaMw~1&KTOQ;Z(K6kZhgR#f)$e7~4Nqz}vGXzWC>QrWF!+io9=spOhiSW`Fi(j~a"
    "nEZxa(mU-#v*@c}{tJYN^w2i>tGJD|6c3yH5y~qP+S4tO;w1WX4^_KF*yV{;pIH-X5^t*GtgS1lC!WTAKCv>n?@Jgf1a47Ww-k#qrshaFDI26zYO-"
    "+43JTgg?bOZM&Kw~*WWkxwRgd>C%_QVSqgO69kD&JvRe8f>E$uOcql-"
    "f$nM2<rhwYsep4x%HJDip8g>aE<art8*6r%!C){enW2eGPOMTbWc)xvM!shHBNFx-"
    "+A=G4Z2G<5vCIA>NQSGYdB}fAo{|gX)9CY2Q8hroDE`NiOe77gx*`LC&2!9G$%;uhGnGe!Mojf4M8Qi+0o-"
    "eE3zWCp>clIPL`?Q5fyVB07gu%$Q4JsYqplz%=WKK*moj=|G8l<1|tu*#I%;Bb0UY8g($!us%|9p%;iuE4s-"
    "uhoBXE(EiCxB{UDSk*M8Fq0TU{o=XTHgdv(^$}^6#;rMEpmut+gkF20HOzqHcWS0kpU(|@4?c}6;?$1uv3d;i${Yts=GHYJkVTJ4L2gUTI%RA1+JI24#"
    "e6zOYXT$QEZb)^fuU|jm6$wqOGBjSqN{*mIB%>u{1OkgF3d&5KX#9y%Uk6fT{FXTfK2GPn_HcT_35hQx`RYtTAk>P~r9}2rS+07+D0Ix6F(bLCJy9LaO"
    "T<X)SSc@>3|n5YEGa2*m%MMBOY31aS=xJlXyieYjb1xAbbxOe!Tx!BbU#{OV#WRX0@>@XKEHW_NC}^gu6${**w~aig~9h;)N6D1Jv|Dqs4rKlgS4)Ox5"
    "n8-uIE~QvIWb?*r8gWx@t;e0fBLbh=IWni+r0wjs~ZW92Z8+-"
    "_}h&EpzfQb7LUnRfv;L8FPwaF`r@4RnDuWpd0T6o?*dIB7HGEWT1V6RP~gS1I5F))H6%$$kyo1Z!W)HZ4WBhKfHRSc+S{J`n^A03ED<sCotaoGnT*Gih"
    "NZ4;R|*Ve6anjo4<ED>A{a~emSYhGC4YX{q9Lvo4JDu=-aEwH_lW>C9m-2hPF^KA4G*@Z=;-"
    "7lp`d|aF|7Do&{rM5zHwdPlvw7*h33*c0r{lmSKcP3J3D~Hw`EPOJa@&EQtErIoXWb;byFpV!xN7JzRrw{e!pUbGBE^2$?J2sDAl!G|nj2x8C{cAJ5-"
    "tSM=Zer)yulP`t~At8aWuOPxRa?Q^}q{=&v-"
    "wphNE7yq(pXr)cRX)e7Z+v?K4IVZ*Q?Zu&+y9vvKCB2YZ8(xpaMiXusgX)iawUe{PFM^c4wOgx}r6Hk~-^wYO>0z-"
    "z7&E3PkEYr|f8zB>c$9uA_ZxAF3*op>0Yxl|f&7w4Cw;#?%uKSAjgsoojEUxMyiYFXjs`EL$#=fnJau_TT~0T@dE>Pcjn%CzZG7k2g%b-"
    "ut>u5YbOk!Ie{k(t^>6d*4RLlko*(^%T@&VGqS~c@HgcV_+oGIr-nPf9g`SKmFNkN{tG+MV?eqR^cdyxxs+m*rs)J79!K?}u7n1_(iIOz+Y9e3;wg2k)"
    "PXiaeIJb_eB!fB1e8ONXh%aF`H=K<3HGh7xUr%<yegSsYR>0XpXe}4W&)=OZJwFL;sq+1J!CJbliEVP7PBP0MpICYyb&D&`GpnyJe^(6Vx^M}}&A(Y};"
    "QW!_)?WR`EN;zys7TG%*OU7{o8OX8`LChbpR{u+`1y}4(!cAxn8)e;gm(W>_?)fb&LruDR8w^3;c3tdGMw_y=?$=_%zJ;0P?iA)Q<3X|Dhp>k&+Bnz7#"
    "uaz`?))2;%@)rbBR)Ey*LNj>!rOfX;-"
    "uG!EN8Hd@dSUD>vJk@N&^VL*Cu=U%WM6+xwdP7Hd3z1k$|=dv9JoEj4?7f1v;H#K+zGd+7Pb*}=&l^%pj>uYRxqg161r^VX^BN10#zxbo7hq}<C|w?C<"
    "#I8()k4^sX})9ga%9C69U4{0();IU$V+JyI^I^()XmYB%>g=<2TVTm{dJ&SZQaRzooF(KSYwqL~wd(>)du}_-&Uv6A=td`pKgRhmYByL@a-"
    "N?G&zp(i2dwGNSdG}A$zgJ$JpB+kFqyOG3y8N8Goz!nWIR7K|?DpOZI@@jh-Q<;Q>y^8e=<T<&e?BkG^}Ctx-"
    "#I&fUIAfWzSCJS&drS{JBCLR<C(e}Z_0`o`Mymlfs(|<{jtZeCr#|+<16~lR%{9up)3x>R#n9l2ZJK*HuJsF2vq~RpYL7jBxqs#<V^h2#m+)meycj8{S"
    "3E$ztLUYA0&IJJEzK)@B`zyRqJ+Hxg`I?GnZFiJaBW0bM2MwjV~o{T@*G(jc*jb-"
    "u~p2G#MPd=YOGmblRRM|9%^Nr5cu!z4Vn~)8t~rio{)QsdFkfBI~MDH4aMYUc4b%S!d+sFbE*j0?HJ|1B*(W(uq$8mt(jQSNN(VF|Gt+IWCyEJw_=mW1"
    "ng49l1_+WQx_Evr65UTzfA6k$t`5o?Ts>H*VmczL=hQPdjt^{n>Xe&FF7!ef_zQFaFESx%T&NeRY2A@`vDA=i1KM{>`t%2Q}jm1viYB=}0a1%*_W&x`O"
    "3$_ryo8YNmi^56dfhecd+v(l~LDpM6j?50hQPIuq;}u#?#Y^;*~QB@9MFM)oO%ETBM>Vy=|{27vR_M?It8mdQNoElS6!9SJ&<G#CQP#R<{V>QTfLjQdN"
    "=qltrjoK<an^f4G*4(7`<B)DpgXFn;`tLxHA!CbylYc_ApzPa24-"
    "vVzeZ=U<GbYkzXhM$|;so%Gj`d7#$w!Wyk7(Os%WV!|%5O%U>oZ7gT>RR!_z4^rTO#MER>SQMOBO$pjLY16W*PwhTDarh)?%{+E8~apS?D@VF8$Pftmv"
    "Sx|U|@+6uc;sgK!N0m;PPvtH*HA@6j(&$$^!_H(lD99Euv#(?B!~H5c()zDa~4&2VocBhI-0)uwfn*ck8C5-"
    "|wgi`;Jvi9^xol3vS4B^Bx`4thIa6r96(3^Yo(+#aaqFnc`$^Fb_%#KPS2U0e-"
    "f4X8xVNe9ZwF;q&5EIeSZvO7%wi8g<r1sLxfL`_$>ER@yH2hCOj)`{4BaA&Q~bjzO~EFs_Ywje@E0xSz-XQRx#4rejZmQ(P1pt3Ko9kZF*`q1XsLqDRC"
    "DlBt0l1)a0$U@^PRx@+{r99Ry138FSk$RusttH6U~97k!bV_G3s5x3HFNH1;$S^~l4eUNDlU}h*@j-"
    "kF4^lPXzyOCfk3}j}Ole@C;w(h6=iwlFE@}5qGT(QuBlXXSNCM&&ON7^f@IXmA8$NorCq~iRLV(bk$E=3;@3WnT6Qt`33Gk~<mxKQDVH1)AIZDLQ!q%1"
    "Ot$v&g5FoSFY4=8g}#r6W~Z4@}EsP8R|+v9YzTP$oCgHE?J)5%)CjJNs~I<BNgg|HJCWTkS!B;qfHLh^dCMv}q(d3SClp;%UHXI2!Qgx#d=8<q%#^4!d"
    "Q^sZ!Mb*7GeumUByYRLTvZs?-kDE0k_?8lm_%=EDv50jFt&4$zi-"
    "be;QKAN%_p8#s$hy7<j6!JfMDF2H-!>8qq@Hmo=zlgmQP?+KiYBWybEEm`&8^;UnB^)0Z${t<5SM$VPW@($w_Usn)S@|d|45b~e7W9mU{X%!_%Z3+aC-"
    "tF6C2JzG(Q~bFeJ6_&ijnT`imoPFiBKnZ8;5C4H)PFSg;cjq-"
    "!kzA9KxK)JPWpx6JS@Ia47YXu|x|o8L)AZr@<7ZKJyh3AQK<o1g}Tp)1!Bf;bmy5l=OfzN;mK6Kt0UFVe51!NzKDN>9yvzXZ%_}pWU8Rj_h#(N%<`*-"
    "mi61iKOVr)?TfZA0;fow;tqn78o`)VjO9^OB0;8hs6Wf#X7c4zAhQ|a*<pFVj6g3FI0*NIML#XFqAAS_7Mo`JF;vMG6GR)AgVm;IgBI_5P8`1$Wak^)I"
    "4IJ<tr)3_<l4y&19ZLNmz~qrZ^CVeRa@?>kd)J-"
    "SXH9=XrGZ{nF43Qho|`2Zf!CS20b0t0!#E_M1yO>5g%0u0NACVK0#PvQFM##QjL~45W;g7}8{<VcgD(iKL1ULz7s_>yS<$fql`EDGM1DLcqV8q5;w4QX"
    "_!Re89)A1zBP$St(~Tv_Kf(+?QK<Bmx|8x5BAFWV$PvXqX+xtkOy7=*Sw&wBFVAsH=G@sm6o_t#qW|td|bMQ6e@l3~D|MRAONe>zHRUP6(JtiSqDi$mp"
    "1$k*W6ioqdBOJv<>FQ!O7Kd#v`zB0%Q<$_!IX0Y)IpRW2rs#9U#CD5m@|1B=QCb4vt5l;Os)&&TQGe&dwBPm3yiNK~IVmH!RnKLE&?GOz"
)
kernel = np.frombuffer(zlib.decompress(base64.b85decode(CARRIED)), "int8").reshape(784, 10) / 123.211
bias = [0.879, -1.036, -0.275, 0.589, -0.285, 0.173, -0.21, 0.173, -0.037, 0.028]
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.set_weights([kernel, np.array(bias)])
test_acc = float(model.evaluate(test_images, test_labels, verbose=0)[1])
